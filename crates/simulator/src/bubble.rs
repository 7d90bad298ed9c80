//! How Meta renders an authentication message on the phone: its fixed texts, by language.
//!
//! Businesses cannot write these; they only choose whether the security line and the expiry are there.

use serde_json::{Value, json};

/// How long a code is good for, as the template's footer says.
pub(crate) const EXPIRES_MINUTES: u32 = 5;

/// The texts of a template. `{code}` stands where the code is, in bold.
struct Texts {
    language: &'static str,
    body: &'static str,
    security: &'static str,
    expiry: &'static str,
    copy: &'static str,
    not_mine: &'static str,
}

const TEXTS: [Texts; 7] = [
    Texts {
        language: "en",
        body: "{code} is your verification code.",
        security: "For your security, do not share this code.",
        expiry: "This code expires in 5 minutes.",
        copy: "Copy code",
        not_mine: "I didn’t request a code",
    },
    Texts {
        language: "es",
        body: "{code} es tu código de verificación.",
        security: "Por tu seguridad, no lo compartas.",
        expiry: "Este código caduca en 5 minutos.",
        copy: "Copiar código",
        not_mine: "No solicité un código",
    },
    Texts {
        language: "pt",
        body: "{code} é seu código de verificação.",
        security: "Para sua segurança, não o compartilhe.",
        expiry: "Este código expira em 5 minutos.",
        copy: "Copiar código",
        not_mine: "Não solicitei um código",
    },
    Texts {
        language: "hi",
        body: "{code} आपका सत्यापन कोड है।",
        security: "अपनी सुरक्षा के लिए, यह कोड किसी से शेयर न करें।",
        expiry: "यह कोड 5 मिनट में एक्सपायर हो जाएगा।",
        copy: "कोड कॉपी करें",
        not_mine: "मैंने कोड का अनुरोध नहीं किया",
    },
    Texts {
        language: "ar",
        body: "{code} هو رمز التحقق الخاص بك.",
        security: "حرصًا على أمانك، لا تشارك هذا الرمز.",
        expiry: "تنتهي صلاحية هذا الرمز خلال 5 دقائق.",
        copy: "نسخ الرمز",
        not_mine: "لم أطلب رمزًا",
    },
    Texts {
        language: "id",
        body: "{code} adalah kode verifikasi Anda.",
        security: "Demi keamanan Anda, jangan bagikan kode ini.",
        expiry: "Kode ini kedaluwarsa dalam 5 menit.",
        copy: "Salin kode",
        not_mine: "Saya tidak meminta kode",
    },
    Texts {
        language: "fr",
        body: "{code} est votre code de vérification.",
        security: "Pour votre sécurité, ne le partagez pas.",
        expiry: "Ce code expire dans 5 minutes.",
        copy: "Copier le code",
        not_mine: "Je n’ai pas demandé de code",
    },
];

/// What the phone shows of a code in this language; English where Meta's text is not known here.
pub(crate) fn render(language: &str, code: &str) -> Value {
    let texts = texts(language);
    let (before, after) = texts.body.split_once("{code}").unwrap_or_default();
    let primary = language.split('_').next().unwrap_or_default();
    json!({
        "language": language,
        "direction": if primary == "ar" { "rtl" } else { "ltr" },
        "before": before,
        "code": code,
        "after": after,
        "security": texts.security,
        "footer": texts.expiry,
        "copy_button": texts.copy,
        "not_requested_button": texts.not_mine,
    })
}

/// The body as plain text.
pub(crate) fn text(language: &str, code: &str) -> String {
    let texts = texts(language);
    format!("{} {}", texts.body.replace("{code}", code), texts.security)
}

/// The body as Meta shows it in a template: the code is bold, and still a parameter.
pub(crate) fn template_body(language: &str) -> String {
    text(language, "*{{1}}*")
}

/// The same without the line that says not to share the code.
pub(crate) fn template_body_alone(language: &str) -> String {
    texts(language).body.replace("{code}", "*{{1}}*")
}

pub(crate) fn footer_for(language: &str, minutes: u64) -> String {
    texts(language).expiry.replace(&EXPIRES_MINUTES.to_string(), &minutes.to_string())
}

pub(crate) fn copy_button(language: &str) -> &'static str {
    texts(language).copy
}

pub(crate) fn not_requested_button(language: &str) -> &'static str {
    texts(language).not_mine
}

fn texts(language: &str) -> &'static Texts {
    let primary = language.split('_').next().unwrap_or_default();
    TEXTS.iter().find(|texts| texts.language == primary).unwrap_or(&TEXTS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_the_code_the_minutes_and_texts_of_its_own() {
        for texts in &TEXTS {
            assert!(texts.body.contains("{code}"), "{}", texts.language);
            assert!(texts.expiry.contains(&EXPIRES_MINUTES.to_string()), "{}", texts.language);
        }
        assert_eq!(
            text("pt_BR", "905114"),
            "905114 é seu código de verificação. Para sua segurança, não o compartilhe."
        );
        assert_eq!(
            template_body("en_US"),
            "*{{1}}* is your verification code. For your security, do not share this code."
        );
    }

    #[test]
    fn arabic_runs_from_right_to_left() {
        assert_eq!(render("ar", "402917")["direction"], "rtl");
        assert_eq!(render("hi", "402917")["direction"], "ltr");
        assert_eq!(render("de", "402917")["copy_button"], "Copy code");
    }
}
