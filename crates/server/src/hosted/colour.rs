//! A tenant's colour, made readable on light and dark pages.
//!
//! Contrast is that of WCAG 2: a button's text needs 4.5 to 1, the button itself 3 to 1.

/// Surfaces and inks of the page's own style, in which a tenant's colour has to be seen.
const LIGHT_SURFACE: Rgb = Rgb([0xff, 0xff, 0xff]);
const DARK_SURFACE: Rgb = Rgb([0x13, 0x19, 0x26]);
const WHITE: Rgb = Rgb([0xff, 0xff, 0xff]);
const BLACK: Rgb = Rgb([0, 0, 0]);
const DARK_INK: Rgb = Rgb([0x0f, 0x15, 0x22]);
const LIGHT_INK: Rgb = Rgb([0xee, 0xf1, 0xf7]);

const TEXT: f64 = 4.5;
const SHAPE: f64 = 3.0;
/// Of the way to black or white, for a button that a pointer is on.
const HOVER: f64 = 0.1;
/// Steps in which a colour is made lighter.
const STEPS: u8 = 50;

/// Red, green and blue of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rgb(pub(crate) [u8; 3]);

/// Rules that set a tenant's colours; nothing where it has none.
pub(crate) fn style(colour: Option<Rgb>, dark: Option<Rgb>) -> String {
    let Some(colour) = colour else { return String::new() };
    let light = on_light(colour);
    let dark = on_dark(dark.unwrap_or(colour));
    format!(
        ":root{{{}}}@media(prefers-color-scheme:dark){{:root{{{}}}}}",
        variables(colour, light, BLACK),
        variables(colour, dark, WHITE),
    )
}

fn variables(tile: Rgb, button: Rgb, hover: Rgb) -> String {
    format!(
        "--brand:{};--brand-hover:{};--brand-ink:{};--brand-tile:{};--brand-tile-ink:{}",
        button.hex(),
        button.towards(hover, HOVER).hex(),
        button.ink().hex(),
        tile.hex(),
        tile.ink().hex(),
    )
}

/// A colour that cannot be told from the page is left to the logo's tile.
fn on_light(colour: Rgb) -> Rgb {
    if contrast(colour, LIGHT_SURFACE) >= SHAPE { colour } else { DARK_INK }
}

/// As light as it has to be to read as text.
fn on_dark(colour: Rgb) -> Rgb {
    let lighter = (0..=STEPS).map(|step| colour.towards(WHITE, f64::from(step) / f64::from(STEPS)));
    lighter
        .into_iter()
        .find(|lighter| contrast(*lighter, DARK_SURFACE) >= TEXT)
        .unwrap_or(LIGHT_INK)
}

fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (one.luminance(), other.luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

impl Rgb {
    fn hex(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// What text on it is written in.
    fn ink(self) -> Self {
        // Between what white and the softer dark can do, black can.
        [WHITE, DARK_INK].into_iter().find(|ink| contrast(self, *ink) >= TEXT).unwrap_or(BLACK)
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// A part of the way to another colour.
    fn towards(self, other: Self, part: f64) -> Self {
        let mut mixed = [0; 3];
        for (place, channel) in mixed.iter_mut().enumerate() {
            let (from, to) = (f64::from(self.0[place]), f64::from(other.0[place]));
            *channel = rounded(from + (to - from) * part);
        }
        Self(mixed)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is between two bytes"
)]
fn rounded(value: f64) -> u8 {
    value.round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_colour() -> impl Iterator<Item = Rgb> {
        let steps = [0, 51, 102, 153, 204, 255];
        let mixes = steps.into_iter().flat_map(move |red| {
            steps.into_iter().flat_map(move |green| steps.map(|blue| Rgb([red, green, blue])))
        });
        mixes.chain([Rgb([0x25, 0xd3, 0x66]), DARK_SURFACE, DARK_INK])
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((contrast(WHITE, BLACK) - 21.0).abs() < 0.01);
        assert!((contrast(WHITE, Rgb([0x25, 0xd3, 0x66])) - 1.98).abs() < 0.01);
        assert!((contrast(WHITE, Rgb([0x12, 0x8c, 0x7e])) - 4.14).abs() < 0.01);
    }

    #[test]
    fn whatever_the_colour_a_button_is_seen_and_read() {
        for colour in every_colour() {
            let (light, dark) = (on_light(colour), on_dark(colour));

            assert!(contrast(light, LIGHT_SURFACE) >= SHAPE, "{colour:?}");
            assert!(contrast(dark, DARK_SURFACE) >= TEXT, "{colour:?}");
            for button in [light, dark] {
                assert!(contrast(button, button.ink()) >= TEXT, "{colour:?} {button:?}");
            }
        }
    }

    #[test]
    fn a_colour_that_can_be_seen_is_kept() {
        assert_eq!(on_light(Rgb([0x26, 0x37, 0xb5])).hex(), "#2637b5");
        assert_eq!(on_dark(Rgb([0x8f, 0x9e, 0xf5])).hex(), "#8f9ef5");
        assert_eq!(on_light(Rgb([0xff, 0xff, 0x00])), DARK_INK);
    }

    #[test]
    fn without_a_colour_the_page_keeps_its_own() {
        assert_eq!(style(None, None), "");
        assert!(
            style(Some(BLACK), None).starts_with(":root{--brand:#000000;--brand-hover:#000000;")
        );
    }
}
