//! The names of months and seasons in the languages of the literature, in lower case and without accents.

/// Returns the month that a word names, from 1.
pub(crate) fn month(plain: &str) -> Option<i32> {
    let names = |month: &&(i32, &str)| month.1.split(' ').any(|name| name == plain);
    MONTHS.iter().find(names).map(|(number, _)| *number)
}

/// Returns the season that a word names: 1 to 4 for spring to winter.
pub(crate) fn season(plain: &str) -> Option<i32> {
    match plain {
        "spring" | "printemps" | "primavera" | "fruhling" | "fruhjahr" | "lente" => Some(1),
        "summer" | "ete" | "verano" | "sommer" | "estate" | "zomer" => Some(2),
        "autumn" | "fall" | "automne" | "otono" | "herbst" | "autunno" | "herfst" => Some(3),
        "winter" | "hiver" | "invierno" | "inverno" => Some(4),
        _ => None,
    }
}

/// The names of each month, in full and shortened.
pub(crate) const MONTHS: &[(i32, &str)] = &[
    (
        1,
        "january jan januar janner janvier janv enero ene gennaio gen janeiro januari gener ιανουαριοσ ιανουαριου января янв",
    ),
    (
        2,
        "february feb february februar fevrier fevr febrero febbraio fevereiro fev februari febrer φεβρουαριοσ φεβρουαριου февраля фев",
    ),
    (
        3,
        "march mar marz mars marzo marco maart mrt marc μαρτιοσ μαρτιου марта мар",
    ),
    (
        4,
        "april apr avril avr abril abr aprile απριλιοσ απριλιου апреля апр",
    ),
    (
        5,
        "may mai mayo maggio mag maio mei maj maig μαιοσ μαιου мая май",
    ),
    (
        6,
        "june jun juni juin junio giugno giu junho juny ιουνιοσ ιουνιου июня июнь",
    ),
    (
        7,
        "july jul juli juillet juil julio luglio lug julho juliol ιουλιοσ ιουλιου июля июль",
    ),
    (
        8,
        "august aug aout agosto ago augustus augusti agost αυγουστοσ αυγουστου августа авг",
    ),
    (
        9,
        "september sep sept septembre septiembre settembre set setembro setembre σεπτεμβριοσ σεπτεμβριου сентября сен",
    ),
    (
        10,
        "october oct okt oktober octobre octubre ottobre ott outubro out οκτωβριοσ οκτωβριου октября окт",
    ),
    (
        11,
        "november nov novembre noviembre novembro νοεμβριοσ νοεμβριου ноября ноя",
    ),
    (
        12,
        "december dec dez dezember decembre diciembre dic dicembre dezembro desembre δεκεμβριοσ δεκεμβριου декабря дек",
    ),
];
