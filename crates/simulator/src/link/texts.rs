//! What the plain page says, by language. `{number}` and `{business}` stand where numbers are.

use axum::http::{HeaderMap, header::ACCEPT_LANGUAGE};

pub(super) struct Texts {
    pub(super) language: &'static str,
    pub(super) title: &'static str,
    pub(super) to: &'static str,
    pub(super) from: &'static str,
    pub(super) other: &'static str,
    /// The label of the number where there is no phone to choose.
    pub(super) only: &'static str,
    pub(super) text: &'static str,
    pub(super) send: &'static str,
    pub(super) sent: &'static str,
    pub(super) look_again: &'static str,
    pub(super) phone: &'static str,
    pub(super) business: &'static str,
    pub(super) all_phones: &'static str,
    pub(super) not_business: &'static str,
    pub(super) too_long: &'static str,
    pub(super) empty: &'static str,
    pub(super) bad_number: &'static str,
    pub(super) cannot_write: &'static str,
}

impl Texts {
    pub(super) fn direction(&self) -> &'static str {
        if self.language == "ar" { "rtl" } else { "ltr" }
    }
}

/// The language that was asked for in the address, or the first that the browser prefers.
pub(super) fn pick(asked: Option<&str>, headers: &HeaderMap) -> &'static Texts {
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let accepted = accepted.unwrap_or_default().split(',');
    let mut wishes = asked.into_iter().chain(accepted).filter_map(find);
    wishes.next().unwrap_or(&TEXTS[0])
}

fn find(wish: &str) -> Option<&'static Texts> {
    let primary =
        |tag: &str| tag.split(['-', ';']).next().unwrap_or_default().trim().to_lowercase();
    TEXTS.iter().find(|texts| primary(texts.language) == primary(wish))
}

const TEXTS: [Texts; 7] = [
    Texts {
        language: "en",
        title: "Message to a business",
        to: "To",
        from: "From this phone",
        other: "Or from another, by its number",
        only: "Number of the phone, with country code",
        text: "Message",
        send: "Send",
        sent: "Sent from {number}.",
        look_again: "Look for an answer",
        phone: "The phone",
        business: "The business",
        all_phones: "All phones",
        not_business: "No business here has the number {number}. The one that is here has {business}.",
        too_long: "The message has more than 4,096 characters. Shorten it.",
        empty: "Write a message first.",
        bad_number: "Give the phone’s number: 7 to 15 digits with the country code, such as +4915550102030.",
        cannot_write: "This phone is offline or not on WhatsApp, so it cannot write.",
    },
    Texts {
        language: "es",
        title: "Mensaje a una empresa",
        to: "Para",
        from: "Desde este teléfono",
        other: "O desde otro, por su número",
        only: "Número del teléfono, con código de país",
        text: "Mensaje",
        send: "Enviar",
        sent: "Enviado desde {number}.",
        look_again: "Ver si hay respuesta",
        phone: "El teléfono",
        business: "La empresa",
        all_phones: "Todos los teléfonos",
        not_business: "Aquí ninguna empresa tiene el número {number}. La que hay tiene {business}.",
        too_long: "El mensaje tiene más de 4096 caracteres. Acórtalo.",
        empty: "Escribe primero un mensaje.",
        bad_number: "Indica el número del teléfono: de 7 a 15 cifras con el código de país, como +4915550102030.",
        cannot_write: "Este teléfono está sin conexión o no tiene WhatsApp, así que no puede escribir.",
    },
    Texts {
        language: "pt-BR",
        title: "Mensagem para uma empresa",
        to: "Para",
        from: "Deste telefone",
        other: "Ou de outro, pelo número",
        only: "Número do telefone, com código do país",
        text: "Mensagem",
        send: "Enviar",
        sent: "Enviada de {number}.",
        look_again: "Ver se há resposta",
        phone: "O telefone",
        business: "A empresa",
        all_phones: "Todos os telefones",
        not_business: "Nenhuma empresa aqui tem o número {number}. A que está aqui tem {business}.",
        too_long: "A mensagem tem mais de 4.096 caracteres. Encurte-a.",
        empty: "Escreva uma mensagem primeiro.",
        bad_number: "Informe o número do telefone: de 7 a 15 dígitos com o código do país, como +4915550102030.",
        cannot_write: "Este telefone está offline ou não tem WhatsApp, então não pode escrever.",
    },
    Texts {
        language: "hi",
        title: "कारोबार को संदेश",
        to: "प्राप्तकर्ता",
        from: "इस फ़ोन से",
        other: "या किसी दूसरे से, उसके नंबर से",
        only: "फ़ोन का नंबर, देश कोड के साथ",
        text: "संदेश",
        send: "भेजें",
        sent: "{number} से भेजा गया।",
        look_again: "जवाब देखें",
        phone: "फ़ोन",
        business: "कारोबार",
        all_phones: "सभी फ़ोन",
        not_business: "यहाँ किसी कारोबार का नंबर {number} नहीं है। यहाँ वाले का नंबर {business} है।",
        too_long: "संदेश में 4,096 से ज़्यादा वर्ण हैं। उसे छोटा करें।",
        empty: "पहले कोई संदेश लिखें।",
        bad_number: "फ़ोन का नंबर दें: देश कोड के साथ 7 से 15 अंक, जैसे +4915550102030।",
        cannot_write: "यह फ़ोन ऑफ़लाइन है या WhatsApp पर नहीं है, इसलिए लिख नहीं सकता।",
    },
    Texts {
        language: "ar",
        title: "رسالة إلى نشاط تجاري",
        to: "إلى",
        from: "من هذا الهاتف",
        other: "أو من هاتف آخر برقمه",
        only: "رقم الهاتف مع رمز البلد",
        text: "الرسالة",
        send: "إرسال",
        sent: "أُرسلت من {number}.",
        look_again: "البحث عن رد",
        phone: "الهاتف",
        business: "النشاط التجاري",
        all_phones: "كل الهواتف",
        not_business: "لا يوجد هنا نشاط تجاري رقمه {number}. رقم الموجود هنا {business}.",
        too_long: "في الرسالة أكثر من 4096 حرفًا. اختصرها.",
        empty: "اكتب رسالة أولًا.",
        bad_number: "أدخل رقم الهاتف: من 7 إلى 15 رقمًا مع رمز البلد، مثل +4915550102030.",
        cannot_write: "هذا الهاتف غير متصل أو ليس على WhatsApp، فلا يمكنه الكتابة.",
    },
    Texts {
        language: "id",
        title: "Pesan ke bisnis",
        to: "Kepada",
        from: "Dari ponsel ini",
        other: "Atau dari yang lain, dengan nomornya",
        only: "Nomor ponsel, dengan kode negara",
        text: "Pesan",
        send: "Kirim",
        sent: "Terkirim dari {number}.",
        look_again: "Lihat jawaban",
        phone: "Ponsel",
        business: "Bisnis",
        all_phones: "Semua ponsel",
        not_business: "Tidak ada bisnis di sini dengan nomor {number}. Yang ada di sini bernomor {business}.",
        too_long: "Pesan lebih dari 4.096 karakter. Persingkat.",
        empty: "Tulis pesan dahulu.",
        bad_number: "Isi nomor ponsel: 7 sampai 15 angka dengan kode negara, seperti +4915550102030.",
        cannot_write: "Ponsel ini offline atau tidak ada di WhatsApp, jadi tidak dapat menulis.",
    },
    Texts {
        language: "fr",
        title: "Message à une entreprise",
        to: "À",
        from: "Depuis ce téléphone",
        other: "Ou depuis un autre, par son numéro",
        only: "Numéro du téléphone, avec l’indicatif du pays",
        text: "Message",
        send: "Envoyer",
        sent: "Envoyé depuis {number}.",
        look_again: "Voir s’il y a une réponse",
        phone: "Le téléphone",
        business: "L’entreprise",
        all_phones: "Tous les téléphones",
        not_business: "Aucune entreprise ici n’a le numéro {number}. Celle qui est ici a le {business}.",
        too_long: "Le message dépasse 4 096 caractères. Raccourcissez-le.",
        empty: "Écrivez d’abord un message.",
        bad_number: "Indiquez le numéro du téléphone : 7 à 15 chiffres avec l’indicatif du pays, comme +4915550102030.",
        cannot_write: "Ce téléphone est hors ligne ou n’est pas sur WhatsApp : il ne peut pas écrire.",
    },
];

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn picked(asked: Option<&str>, accepted: &'static str) -> &'static str {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
        pick(asked, &headers).language
    }

    #[test]
    fn the_address_counts_more_than_the_browser() {
        assert_eq!(picked(Some("ar"), "fr"), "ar");
        assert_eq!(picked(Some("xx"), "de, pt-PT;q=0.8, fr"), "pt-BR");
        assert_eq!(picked(None, "*"), "en");
    }

    #[test]
    fn every_language_has_the_places_of_its_numbers() {
        for texts in &TEXTS {
            assert!(texts.sent.contains("{number}"), "{}", texts.language);
            assert!(texts.not_business.contains("{number}"), "{}", texts.language);
            assert!(texts.not_business.contains("{business}"), "{}", texts.language);
        }
    }
}
