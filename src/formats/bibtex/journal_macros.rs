//! The macros for journals that the NASA Astrophysics Data System writes into its BibTeX records. The names are
//! those of the AASTeX package.

/// Returns the journal that a macro stands for.
pub(super) fn title(macro_name: &str) -> Option<&'static str> {
    let index = MACROS
        .binary_search_by_key(&macro_name, |(name, _)| name)
        .ok()?;
    MACROS.get(index).map(|(_, title)| *title)
}

/// In the order of bytes.
const MACROS: &[(&str, &str)] = &[
    ("aap", "A&A"),
    ("aapr", "A&A Rev."),
    ("aaps", "A&AS"),
    ("actaa", "Acta Astron."),
    ("afz", "Afz"),
    ("aj", "AJ"),
    ("ao", "Appl. Opt."),
    ("apj", "ApJ"),
    ("apjl", "ApJL"),
    ("apjlett", "ApJL"),
    ("apjs", "ApJS"),
    ("apjsupp", "ApJS"),
    ("aplett", "Astrophys. Lett."),
    ("applopt", "Appl. Opt."),
    ("apspr", "Astrophys. Space Phys. Res."),
    ("apss", "Ap&SS"),
    ("araa", "ARA&A"),
    ("arep", "Astron. Rep."),
    ("aspc", "ASP Conf. Ser."),
    ("astap", "A&A"),
    ("azh", "AZh"),
    ("baas", "BAAS"),
    ("bac", "Bull. astr. Inst. Czechosl."),
    ("bain", "Bull. Astron. Inst. Netherlands"),
    ("caa", "Chinese Astron. Astrophys."),
    ("cjaa", "Chinese J. Astron. Astrophys."),
    ("dps", "AAS/DPS Meeting Abstracts"),
    ("expa", "Exp. Astron."),
    ("fcp", "Fund. Cosmic Phys."),
    ("gca", "Geochim. Cosmochim. Acta"),
    ("grl", "Geophys. Res. Lett."),
    ("iaucirc", "IAU Circ."),
    ("icarus", "Icarus"),
    ("jaavso", "J. Am. Assoc. Variable Star Obs."),
    ("japa", "J. Astrophys. Astron."),
    ("jcap", "JCAP"),
    ("jcp", "J. Chem. Phys."),
    ("jgr", "J. Geophys. Res."),
    ("jqsrt", "J. Quant. Spectrosc. Radiat. Transf."),
    ("jrasc", "JRASC"),
    ("maps", "Meteorit. Planet. Sci."),
    ("memras", "MmRAS"),
    ("memsai", "Mem. Soc. Astron. Italiana"),
    ("mnras", "MNRAS"),
    ("na", "New A"),
    ("nar", "New A Rev."),
    ("nat", "Nature"),
    ("nphysa", "Nucl. Phys. A"),
    ("pasa", "PASA"),
    ("pasj", "PASJ"),
    ("pasp", "PASP"),
    ("physrep", "Phys. Rep."),
    ("physscr", "Phys. Scr"),
    ("planss", "Planet. Space Sci."),
    ("pra", "Phys. Rev. A"),
    ("prb", "Phys. Rev. B"),
    ("prc", "Phys. Rev. C"),
    ("prd", "Phys. Rev. D"),
    ("pre", "Phys. Rev. E"),
    ("prl", "Phys. Rev. Lett."),
    ("procspie", "Proc. SPIE"),
    ("psj", "PSJ"),
    ("qjras", "QJRAS"),
    ("raa", "Res. Astron. Astrophys."),
    ("rmxaa", "Rev. Mexicana Astron. Astrofis."),
    ("rnaas", "RNAAS"),
    ("skytel", "S&T"),
    ("solphys", "Sol. Phys."),
    ("sovast", "Soviet Ast."),
    ("ssr", "Space Sci. Rev."),
    ("zap", "ZAp"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_are_in_order() {
        assert!(MACROS.is_sorted_by(|(one, _), (other, _)| one < other));
        assert_eq!(title("mnras"), Some("MNRAS"));
        assert_eq!(title("unknown"), None);
    }
}
