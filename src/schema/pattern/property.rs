//! The Unicode properties of patterns (ECMA-262, the tables of section 22.2.2.9). Names are matched exactly, case included.

use super::category::{
    ANY, CASED, LETTER, MARK, NAMES, NUMBER, OTHER, PUNCTUATION, SEPARATOR, SYMBOL, UNASSIGNED,
};
use crate::text::split_once;

/// The property of `\p{...}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnicodeProperty {
    /// Bit set of general categories.
    Categories(u32),
    Ranges(&'static [(u32, u32)]),
    /// A property of the standard that is not supported, because its table is large.
    Unsupported,
    Unknown,
}

/// Finds a property by `Name` or `Name=Value`.
pub(super) fn from_name(text: &str) -> UnicodeProperty {
    match split_once(text, '=') {
        Some(("General_Category" | "gc", value)) => categories(value),
        Some(("Script" | "sc" | "Script_Extensions" | "scx", value)) if contains_word(SCRIPTS, value) => {
            UnicodeProperty::Unsupported
        }
        Some(_) => UnicodeProperty::Unknown,
        None => match text {
            "Any" => UnicodeProperty::Categories(ANY),
            "Assigned" => UnicodeProperty::Categories(ANY & !UNASSIGNED),
            "ASCII" => UnicodeProperty::Ranges(&[(0, 0x7F)]),
            "ASCII_Hex_Digit" | "AHex" => {
                UnicodeProperty::Ranges(&[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)])
            }
            "White_Space" | "space" => UnicodeProperty::Ranges(WHITE_SPACE),
            _ if contains_word(BINARY, text) => UnicodeProperty::Unsupported,
            _ => categories(text),
        },
    }
}

fn categories(name: &str) -> UnicodeProperty {
    let mask = match name {
        "L" | "Letter" => LETTER,
        "LC" | "Cased_Letter" => CASED,
        "M" | "Mark" | "Combining_Mark" => MARK,
        "N" | "Number" => NUMBER,
        "P" | "Punctuation" | "punct" => PUNCTUATION,
        "S" | "Symbol" => SYMBOL,
        "Z" | "Separator" => SEPARATOR,
        "C" | "Other" => OTHER,
        "cntrl" => return categories("Cc"),
        "digit" => return categories("Nd"),
        _ => match NAMES.iter().position(|&(short, long)| name == short || name == long) {
            Some(bit) => 1 << bit,
            None => return UnicodeProperty::Unknown,
        },
    };
    UnicodeProperty::Categories(mask)
}

fn contains_word(names: &str, name: &str) -> bool {
    names.split_ascii_whitespace().any(|known| known == name)
}

const WHITE_SPACE: &[(u32, u32)] = &[
    (0x09, 0x0D),
    (0x20, 0x20),
    (0x85, 0x85),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
];

/// The names of the unsupported binary properties.
const BINARY: &str = "\
    Alpha Alphabetic CI Case_Ignorable Cased CWCF Changes_When_Casefolded CWCM Changes_When_Casemapped \
    CWL Changes_When_Lowercased CWT Changes_When_Titlecased CWU Changes_When_Uppercased DI \
    Default_Ignorable_Code_Point Gr_Base Grapheme_Base Gr_Ext Grapheme_Extend IDC ID_Continue IDS \
    ID_Start Math XIDC XID_Continue XIDS XID_Start Bidi_C Bidi_Control Dash Dep Deprecated Dia Diacritic \
    Ext Extender Hex Hex_Digit IDSB IDS_Binary_Operator IDST IDS_Trinary_Operator Ideo Ideographic \
    Join_C Join_Control LOE Logical_Order_Exception Lower Lowercase NChar Noncharacter_Code_Point \
    Pat_Syn Pattern_Syntax Pat_WS Pattern_White_Space QMark Quotation_Mark Radical RI Regional_Indicator \
    STerm Sentence_Terminal SD Soft_Dotted Term Terminal_Punctuation UIdeo Unified_Ideograph Upper \
    Uppercase VS Variation_Selector Emoji EComp Emoji_Component EMod Emoji_Modifier EBase \
    Emoji_Modifier_Base EPres Emoji_Presentation ExtPict Extended_Pictographic CWKCF \
    Changes_When_NFKC_Casefolded Bidi_M Bidi_Mirrored";

/// The values of `Script` and `Script_Extensions`, which are not supported.
const SCRIPTS: &str = "\
    Adlam Adlm Caucasian_Albanian Aghb Ahom Arabic Arab Imperial_Aramaic Armi Armenian Armn Avestan Avst \
    Balinese Bali Bamum Bamu Bassa_Vah Bass Batak Batk Bengali Beng Beria_Erfe Berf Bhaiksuki Bhks \
    Bopomofo Bopo Brahmi Brah Braille Brai Buginese Bugi Buhid Buhd Chakma Cakm Canadian_Aboriginal Cans \
    Carian Cari Cham Cherokee Cher Chorasmian Chrs Coptic Copt Qaac Cypro_Minoan Cpmn Cypriot Cprt \
    Cyrillic Cyrl Devanagari Deva Dives_Akuru Diak Dogra Dogr Deseret Dsrt Duployan Dupl \
    Egyptian_Hieroglyphs Egyp Elbasan Elba Elymaic Elym Ethiopic Ethi Garay Gara Georgian Geor \
    Glagolitic Glag Gunjala_Gondi Gong Masaram_Gondi Gonm Gothic Goth Grantha Gran Greek Grek Gujarati \
    Gujr Gurung_Khema Gukh Gurmukhi Guru Hangul Hang Han Hani Hanunoo Hano Hatran Hatr Hebrew Hebr \
    Hiragana Hira Anatolian_Hieroglyphs Hluw Pahawh_Hmong Hmng Nyiakeng_Puachue_Hmong Hmnp Old_Hungarian \
    Hung Old_Italic Ital Javanese Java Kayah_Li Kali Katakana Kana Kawi Kharoshthi Khar Khmer Khmr \
    Khojki Khoj Khitan_Small_Script Kits Kannada Knda Kirat_Rai Krai Kaithi Kthi Tai_Tham Lana Lao Laoo \
    Latin Latn Lepcha Lepc Limbu Limb Linear_A Lina Linear_B Linb Lisu Lycian Lyci Lydian Lydi Mahajani \
    Mahj Makasar Maka Mandaic Mand Manichaean Mani Marchen Marc Medefaidrin Medf Mende_Kikakui Mend \
    Meroitic_Cursive Merc Meroitic_Hieroglyphs Mero Malayalam Mlym Modi Mongolian Mong Mro Mroo \
    Meetei_Mayek Mtei Multani Mult Myanmar Mymr Nag_Mundari Nagm Nandinagari Nand Old_North_Arabian Narb \
    Nabataean Nbat Newa Nko Nkoo Nushu Nshu Ogham Ogam Ol_Chiki Olck Ol_Onal Onao Old_Turkic Orkh Oriya \
    Orya Osage Osge Osmanya Osma Old_Uyghur Ougr Palmyrene Palm Pau_Cin_Hau Pauc Old_Permic Perm \
    Phags_Pa Phag Inscriptional_Pahlavi Phli Psalter_Pahlavi Phlp Phoenician Phnx Miao Plrd \
    Inscriptional_Parthian Prti Rejang Rjng Hanifi_Rohingya Rohg Runic Runr Samaritan Samr \
    Old_South_Arabian Sarb Saurashtra Saur SignWriting Sgnw Shavian Shaw Sharada Shrd Siddham Sidd \
    Sidetic Sidt Khudawadi Sind Sinhala Sinh Sogdian Sogd Old_Sogdian Sogo Sora_Sompeng Sora Soyombo \
    Soyo Sundanese Sund Sunuwar Sunu Syloti_Nagri Sylo Syriac Syrc Tagbanwa Tagb Takri Takr Tai_Le Tale \
    New_Tai_Lue Talu Tamil Taml Tangut Tang Tai_Viet Tavt Tai_Yo Tayo Telugu Telu Tifinagh Tfng Tagalog \
    Tglg Thaana Thaa Thai Tibetan Tibt Tirhuta Tirh Tangsa Tnsa Todhri Todr Tolong_Siki Tols Toto \
    Tulu_Tigalari Tutg Ugaritic Ugar Vai Vaii Vithkuqi Vith Warang_Citi Wara Wancho Wcho Old_Persian \
    Xpeo Cuneiform Xsux Yezidi Yezi Yi Yiii Zanabazar_Square Zanb Inherited Zinh Qaai Common Zyyy \
    Unknown Zzzz";
