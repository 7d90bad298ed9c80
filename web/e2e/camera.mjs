// A QR code as the camera of a phone sees it: as it is painted on the screen.
import jsQR from 'jsqr';

/** Rings of empty modules that are looked for around a code. */
const MOST_RINGS = 5;

/** What a picture on the page says, how black it is, and how much empty room it has. */
export async function scan(page, picture) {
  const taken = await picture.screenshot();
  const { width, height, pixels } = await develop(page, taken.toString('base64'));
  const data = Uint8ClampedArray.from(Buffer.from(pixels, 'base64'));
  const found = jsQR(data, width, height, { inversionAttempts: 'dontInvert' });
  if (!found) return { text: null };
  const shade = (x, y) => data[4 * (Math.round(y) * width + Math.round(x))];
  const ring = (distance) => around(found, distance).map(([x, y]) => shade(x, y));
  const rings = Array.from({ length: MOST_RINGS }, (_, place) => ring(place + 0.5));
  const firstMarked = rings.findIndex((shades) => shades.some((one) => one < 255));
  const { topLeftCorner: corner } = found.location;
  const inside = moduleOf(found) / 2;
  return {
    text: found.data,
    ink: shade(corner.x + inside, corner.y + inside),
    /** In modules; only what is all white is room. */
    margin: firstMarked < 0 ? MOST_RINGS : firstMarked,
  };
}

/** The pixels of a picture. A browser is the only one here that reads pictures. */
function develop(page, png) {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const { width, height } = bitmap;
    const surface = new OffscreenCanvas(width, height).getContext('2d');
    surface.drawImage(bitmap, 0, 0);
    let pixels = '';
    for (const byte of surface.getImageData(0, 0, width, height).data) {
      pixels += String.fromCharCode(byte);
    }
    return { width, height, pixels: btoa(pixels) };
  }, png);
}

/** Points on the square that surrounds a code at a distance in modules. */
function around(found, distance) {
  const far = distance * moduleOf(found);
  const { topLeftCorner: from, bottomRightCorner: to } = found.location;
  const [left, top, right, bottom] = [from.x - far, from.y - far, to.x + far, to.y + far];
  return Array.from({ length: 200 }, (_, place) => place / 199).flatMap((part) => {
    const [x, y] = [left + part * (right - left), top + part * (bottom - top)];
    return [
      [x, top],
      [x, bottom],
      [left, y],
      [right, y],
    ];
  });
}

function moduleOf({ location, version }) {
  return (location.bottomRightCorner.x - location.topLeftCorner.x) / (17 + 4 * version);
}
