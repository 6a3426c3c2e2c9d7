//! Works in many languages and scripts: how they are found, named, keyed, sorted and printed.

use std::process::Command;
use std::sync::OnceLock;

use crate::test_env::TestEnvironment;

/// Creates an environment whose library contains thirty works in thirteen languages.
fn works() -> TestEnvironment {
    static WORKS: OnceLock<Vec<u8>> = OnceLock::new();
    let env = TestEnvironment::bare();
    env.put("languages.bib", include_str!("../data/languages.bib"));
    env.put_library(WORKS.get_or_init(|| {
        let env = TestEnvironment::bare();
        env.put("languages.bib", include_str!("../data/languages.bib"));
        env.runs("import languages.bib");
        env.library_as_file()
    }));
    env
}

#[track_caller]
fn holds(text: &str, part: &str) {
    assert!(text.contains(part), "{part} is not in:\n{text}");
}

/// Reads a part of a document.
fn part(env: &TestEnvironment, document: &str, name: &str) -> String {
    let file = std::fs::File::open(env.path(document)).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut part = archive.by_name(name).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut part, &mut xml).unwrap();
    xml
}

// Direction ---------------------------------------------------------------------------------------------

#[test]
fn html_has_the_language_and_direction_of_each_entry_and_isolates_what_runs_the_other_way() {
    let env = works();
    let page = env.runs("format --to html --standalone").stdout;
    holds(
        &page,
        r#"<div class="csl-entry" lang="he-IL" dir="auto" id="ref-barlev2014kod">"#,
    );
    holds(&page, "רכוש ו-<bdi>GNU</bdi>.");
    // A guess is good enough for a browser.
    holds(&page, r#"lang="ar" dir="auto" id="ref-haddad2020intaj""#);
    let hebrew = env
        .runs("format --to html --standalone --locale he-IL")
        .stdout;
    holds(&hebrew, r#"<html lang="he-IL" dir="rtl">"#);
}

#[test]
fn json_keeps_the_markup_of_citeproc_js() {
    let json = works().json("format key:cohen2008nahala --to json");
    let html = json[0]["html"].as_str().unwrap();
    assert!(html.starts_with("<div class=\"csl-entry\">"), "{html}");
    assert!(!html.contains("bdi"), "{html}");
}

#[test]
fn latex_sets_right_to_left_text_in_one_run_with_its_punctuation() {
    let latex = works().runs("format key:barlev2014kod --to latex").stdout;
    holds(
        &latex,
        r"\inscript{Hebrew}{). מי מפחד מ\textquotedbl{}קוד פתוח\textquotedbl{}? על שיתוף, רכוש ו-}\LR{GNU}",
    );
    holds(&latex, r"\worklanguage{hebrew}{\RL{");
    let left = works().runs("format key:kelty2008bits --to latex").stdout;
    assert!(
        !left
            .lines()
            .any(|line| line.starts_with("\\item") && line.contains("\\RL")),
        "{left}"
    );
}

#[test]
fn latex_anchors_are_unique_for_every_key() {
    let env = TestEnvironment::with(
        "@book{井上2004, title={A}} @book{王2004, title={B}} @book{a_b, title={C}} @book{ab, title={D}}",
    );
    let latex = env.runs("format --to latex").stdout;
    let anchors: std::collections::BTreeSet<&str> = latex
        .match_indices("\\hypertarget{")
        .filter_map(|(at, _)| latex[at..].split_once("}{}").map(|(anchor, _)| anchor))
        .filter(|anchor| anchor.contains("ref-"))
        .collect();
    assert_eq!(anchors.len(), 4, "{anchors:?}");
}

#[test]
fn word_documents_have_directions_languages_and_fonts_for_east_asia() {
    let env = works();
    env.runs("format --output list.docx");
    let xml = part(&env, "list.docx", "word/document.xml");
    for wanted in [
        "<w:bidi",
        "<w:rtl />",
        "<w:lang w:bidi=\"he-IL\" />",
        "<w:lang w:eastAsia=\"ja-JP\" />",
        "<w:lang w:eastAsia=\"zh-TW\" />",
        "<w:lang w:val=\"de-DE\" />",
        "w:eastAsia=\"MS Mincho\"",
        "w:eastAsia=\"SimSun\"",
    ] {
        holds(&xml, wanted);
    }
    assert!(!xml.contains("language:"), "a placeholder is left");
}

#[test]
fn rtf_has_paragraphs_and_runs_from_right_to_left() {
    let rtf = works().runs("format --to rtf").stdout;
    holds(&rtf, "\\pard\\rtlpar\\qr\\fi-720\\li0\\ri720");
    // Italics of letters from right to left, and of those from left to right.
    holds(&rtf, "{\\rtlch\\ai\\ltrch\\i {\\rtlch\\alang1037 ");
    holds(&rtf, "{\\rtlch\\alang1037 ");
    holds(&rtf, "{\\dbch\\f4\\af4\\langfe1041 ");
}

/// A work of each of a few authors: Bengali, Hindi, Hebrew with an English editor, Arabic with a link.
const OTHERS: &str = "
@book{das2012, author={দাস, অনির্বাণ}, title={মুক্ত জ্ঞানের সন্ধানে।}, publisher={আনন্দ}, date={2012}, langid={bengali}}
@book{sharma2016, author={शर्मा, रमेश}, title={साझा संसाधन}, publisher={राजकमल}, date={2016}, langid={hindi}}
@incollection{levi2017, author={לוי, יעל}, title={ויקיפדיה כמרחב משותף}, booktitle={מדיה}, pages={201-223}, date={2017}, langid={hebrew}}
@article{khatib2019, author={الخطيب, سامي and بن عمر, ليلى}, title={هل البرمجيات الحرة ممكنة؟}, journaltitle={مجلة}, number={1}, date={2019}, langid={arabic}, url={https://example.org/a}}
@article{rezai2014, author={رضایی, علی\u{200c}رضا}, title={مشترکات}, date={2014}, langid={persian}}
@book{prem2018, author={ใจดี, เปรม}, title={ทรัพยากร}, date={2018}, langid={thai}}
@article{ostrom2009, author={Ostrom, Elinor}, title={A framework}, journaltitle={Science}, volume={325}, number={5939}, pages={419-422}, date={2009}}
";

#[test]
fn text_after_a_word_of_the_other_direction_stays_after_it() {
    let env = TestEnvironment::with(OTHERS);
    let list = "format --style chicago-notes-bibliography --locale he-IL";
    // The Hebrew word for "number" among Latin letters, with a mark where a program knows no isolates.
    let html = env.runs(&format!("{list} key:ostrom2009 --to html")).stdout;
    holds(&html, "325, <bdi>מס’</bdi> 5939 (2009)");
    let latex = env
        .runs(&format!("{list} key:ostrom2009 --to latex"))
        .stdout;
    holds(&latex, r"325, \RL{\inscript{Hebrew}{מס’}} 5939 (2009)");
    env.runs(&format!("{list} key:ostrom2009 --output list.docx"));
    holds(
        &part(&env, "list.docx", "word/document.xml"),
        "\u{200e} 5939 (2009)",
    );
    // A Latin label and its number among Hebrew letters.
    let html = env.runs("format key:levi2017 --to html").stdout;
    holds(&html, "(<bdi>pp. 201–223</bdi>)");
}

#[test]
fn documents_in_hebrew_hold_paragraphs_of_both_directions() {
    let env = TestEnvironment::with(OTHERS);
    let list = "format --group-by year --locale he-IL";
    // A heading without letters has the direction of the document.
    let html = env.runs(&format!("{list} --to html")).stdout;
    holds(&html, "<h2 id=\"section-2009\">2009</h2>");
    env.runs(&format!("{list} --output list.docx"));
    let word = part(&env, "list.docx", "word/document.xml");
    holds(
        &word,
        "<w:pStyle w:val=\"Heading1\" /><w:keepNext /><w:bidi />",
    );
    holds(
        &part(&env, "list.docx", "word/styles.xml"),
        "<w:lang w:bidi=\"he-IL\"",
    );
    env.runs(&format!("{list} --output list.odt"));
    let odt = part(&env, "list.odt", "content.xml");
    holds(&odt, "style:writing-mode=\"lr-tb\" fo:text-align=\"left\"");
    holds(&odt, "fo:text-align=\"right\"");
    let latex = env.runs(&format!("{list} --to latex --standalone")).stdout;
    holds(
        &latex,
        "\\raggedright\n\\item\\relax \\hypertarget{ref-ostrom2009}",
    );
    let rtf = env.runs(&format!("{list} --to rtf")).stdout;
    holds(&rtf, "\\pard\\rtlpar\\qr\\s1\\outlinelevel0");
}

#[test]
fn latex_has_a_font_for_every_script_and_for_the_punctuation_within_it() {
    let env = TestEnvironment::with(OTHERS);
    let latex = env
        .runs("format --style chicago-notes-bibliography --to latex --standalone --locale he-IL")
        .stdout;
    for script in ["Bengali", "Devanagari"] {
        holds(
            &latex,
            &format!("\\fontofscript{{{script}}}{{Noto Serif {script},"),
        );
    }
    holds(&latex, "\\fontofscript[41]{Hebrew}{");
    // The full stop of Bengali belongs to its letters.
    holds(&latex, "সন্ধানে।}");
    // Quotation marks of Japanese around Hebrew, mirrored.
    let japanese = env
        .runs("format --style chicago-notes-bibliography --to latex --locale ja-JP key:levi2017")
        .stdout;
    holds(&japanese, "{」}\\inscript{Hebrew}{ויקיפדיה");
    // A Hebrew word among Arabic ones.
    holds(&latex, "\\inscript{Hebrew}{ו}\\inscript{Arabic}{");
}

#[test]
fn links_among_letters_from_right_to_left_do_not_span_lines_in_latex() {
    let env = TestEnvironment::with(OTHERS);
    let latex = env.runs("format key:khatib2019 --to latex").stdout;
    holds(
        &latex,
        r"\href{https://example.org/a}{example.}\allowbreak{}\href{https://example.org/a}{org/}",
    );
}

#[test]
fn marks_at_the_end_of_a_title_are_not_doubled_in_any_script() {
    let env = TestEnvironment::with(OTHERS);
    let text = env.runs("format --style apa --to text").stdout;
    holds(&text, "ممكنة؟ مجلة");
    holds(&text, "সন্ধানে। আনন্দ");
}

#[test]
fn an_initial_of_a_script_without_capitals_is_one_letter() {
    let env = TestEnvironment::with(OTHERS);
    let text = env.runs("format --style apa --to text").stdout;
    holds(&text, "দাস, অ. (2012)");
    holds(&text, "رضایی, ع. (2014)");
    // Not the vowel that is written before it.
    holds(&text, "ใจดี, ป. (2018)");
}

#[test]
fn typst_and_pandoc_know_the_language_of_each_entry() {
    let env = works();
    let typst = env.runs("format key:cohen2008nahala --to typst").stdout;
    holds(&typst, "#set text(lang: \"he\", region: none)");
    let pandoc = env.runs("format key:barlev2014kod --to pandoc").stdout;
    holds(&pandoc, ".csl-entry lang=\"he-IL\" dir=\"rtl\"}");
}

#[test]
fn typst_knows_the_direction_of_each_paragraph_and_keeps_words_of_the_other_one_in_their_place() {
    let env = TestEnvironment::with(OTHERS);
    let list = "format --style chicago-notes-bibliography --locale he-IL --to typst";
    let typst = env.runs(&format!("{list} key:ostrom2009")).stdout;
    holds(&typst, "325, מס’\u{200e} 5939 (2009)");
    env.put("essay.md", "# שלום\n\nנחלת הכלל.\n\nThe commons.\n");
    env.runs("cite essay.md -o essay.typ");
    let typst = std::fs::read_to_string(env.path("essay.typ")).unwrap();
    holds(&typst, "#[#set text(dir: rtl)\n#heading(level: 1)[שלום]");
    holds(
        &typst,
        "#[#set text(dir: rtl)\nנחלת הכלל.\n\n]\n\nThe commons.",
    );
}

/// Stands in for Typst, which gets `compile --root DIRECTORY DOCUMENT OUTPUT`.
#[cfg(all(unix, not(feature = "pdf")))]
#[test]
fn pdf_has_a_font_for_each_script() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = works();
    std::fs::create_dir(env.path("programs")).unwrap();
    let program = env.put("programs/typst", "#!/bin/sh\n/bin/cat \"$4\" > \"$5\"\n");
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let programs = env.path("programs");
    let arguments = ["format", "--output", "list.pdf"];
    let run = env.peerbib_with(&arguments, "", &[("PATH", programs.to_str().unwrap())]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let document = std::fs::read_to_string(env.path("list.pdf")).unwrap();
    let fonts = document.lines().next().unwrap();
    for font in ["Libertinus Serif", "Amiri", "Noto Serif CJK SC"] {
        holds(fonts, &format!("\"{font}\""));
    }
    // The list has Japanese works, so that all Chinese characters may be set in a Japanese font.
    assert!(
        fonts.find("Noto Serif CJK JP") < fonts.find("Noto Serif CJK SC"),
        "{fonts}"
    );
    assert!(!fonts.contains("Thai"), "{fonts}");
}

#[test]
fn a_terminal_gets_isolates_if_the_user_says_that_it_knows_them() {
    let env = works();
    let query = "format key:haddad2020intaj --to ansi";
    assert!(!env.runs(query).stdout.contains('\u{2068}'));
    env.runs("config set isolates yes");
    let shown = env.runs(query).stdout;
    holds(&shown, "\u{2068}مجلة الفكر\u{2069}");
}

/// Compiles a document in an environment, unless the engine is missing.
fn compiles(engine: &str) {
    if Command::new(engine).arg("--version").output().is_err() {
        eprintln!("skipped: {engine} is not installed");
        return;
    }
    let env = works();
    for (name, locale) in [("english", "en-US"), ("hebrew", "he-IL")] {
        env.runs(&format!(
            "format --locale {locale} --standalone --output {name}.tex"
        ));
        let output = env
            .command(engine)
            .args([
                "-interaction=nonstopmode",
                "-halt-on-error",
                &format!("{name}.tex"),
            ])
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{engine} {name}: {log}");
    }
}

#[test]
fn xelatex_compiles_works_in_thirteen_languages() {
    compiles("xelatex");
}

// Names ---------------------------------------------------------------------------------------------------

#[test]
fn east_asian_names_are_written_family_name_first() {
    let env = works();
    let found = env.runs("find").stdout;
    for name in [
        "斎藤幸平",
        "赵旭东",
        "김민수",
        "林懿萱 and 王小明",
        "ヨハイ・ベンクラー",
    ] {
        holds(&found, name);
    }
    let csv = env.runs("format key:saito2020hitoshinsei --to csv").stdout;
    holds(&csv, "斎藤幸平");
    let page = env
        .runs("format key:zhao2015gongchan --to html --standalone")
        .stdout;
    holds(&page, "\"name\": \"赵旭东\"");
    // Hungarian names have the family name first as well, where styles print them.
    let hungarian = env
        .runs("format key:nagy2010kozos --style chicago-author-date")
        .stdout;
    holds(&hungarian, "Nagy Péter.");
}

#[test]
fn east_asian_names_are_found_in_any_form() {
    let env = works();
    for query in [
        "斎藤幸平",
        "author:斎藤幸平",
        "author:幸平",
        "author:=斎藤幸平",
        "author:斎藤",
    ] {
        assert_eq!(env.keys(query), ["saito2020hitoshinsei"], "{query}");
    }
    let env = TestEnvironment::with(
        "@book{a, author={井上, 真}, sortname={Inoue, Makoto}, title={コモンズの思想を求めて}, date={2004}}",
    );
    for query in ["author:inoue", "Makoto", "井上真", "思想", "コモンズ"] {
        assert_eq!(env.keys(query), ["a"], "{query}");
    }
}

#[test]
fn words_are_found_in_languages_without_spaces_and_with_particles() {
    let env = TestEnvironment::with(
        "@book{th, author={ใจดี, มานี}, title={เศรษฐกิจพอเพียงและทรัพยากร}, date={2011}}
         @book{ko, author={박, 지훈}, title={공유지의 관리}, date={2012}}
         @book{ja, author={田中, 花}, title={がくもんの自由}, date={2013}}
         @book{ja2, author={田中, 花}, title={かくもん}, date={2014}}",
    );
    assert_eq!(env.keys("title:ทรัพยากร"), ["th"]);
    assert_eq!(env.keys("title:공유지"), ["ko"]);
    // The voiced kana is another letter.
    assert_eq!(env.keys("title:がくもん"), ["ja"]);
}

// Case and languages --------------------------------------------------------------------------------------

#[test]
fn titles_that_are_not_english_keep_their_case_in_every_style() {
    let env = TestEnvironment::with(
        "@book{a, author={A, B}, title={Das Ende der alten Welt}, date={2001}}
         @book{b, author={B, B}, title={the end of the old world}, date={2002}}
         @book{c, author={C, B}, title={La ricchezza della rete}, date={2003}, language={italiano}}
         @book{d, author={D, B}, title={Müşterekler ve Özgür Yazılım}, date={2004}}
         @article{e, author={E, B}, title={Kapital Und Arbeit Der Zukunft}, date={2005}, language={Deutsch}}",
    );
    let chicago = env.runs("format --style chicago-author-date").stdout;
    holds(&chicago, "Das Ende der alten Welt.");
    holds(&chicago, "The End of the Old World.");
    holds(&chicago, "La ricchezza della rete.");
    let apa = env.runs("format --style apa").stdout;
    holds(&apa, "Müşterekler ve Özgür Yazılım.");
    holds(&apa, "Kapital Und Arbeit Der Zukunft.");
    // The guess is not written down.
    assert!(
        !env.runs("export --to csl-json key:a")
            .stdout
            .contains("language")
    );
}

#[test]
fn check_reports_the_guess() {
    let env =
        TestEnvironment::with("@book{a, author={A, B}, title={Das Ende der Welt}, date={2001}}");
    let checked = env.peerbib(&["check"], "");
    holds(
        &checked.stdout,
        "no language is given; styles take the title for German",
    );
}

#[test]
fn spellings_of_a_language_count_as_one() {
    let env = TestEnvironment::with(
        "@book{a, title={A}, language={Deutsch}} @book{b, title={B}, langid={ngerman}}
         @book{c, title={C}, language={de-AT}} @book{d, title={D}, language={ger}}",
    );
    let stats = env.json("stats --by language --json");
    let text = stats.to_string();
    holds(&text, "\"label\":\"German\"");
    holds(&text, "\"works\":4");
    assert_eq!(env.keys("lang:deutsch").len(), 4);
    assert_eq!(env.keys("lang:de-AT"), ["c"]);
}

#[test]
fn biblatex_gets_a_language_that_it_knows_and_csl_json_keeps_its_own() {
    let env = TestEnvironment::bare();
    env.put(
        "zotero.json",
        r#"[{"id":"a","type":"book","title":"Müşterek","language":"Türkçe"},
            {"id":"b","type":"book","title":"共有","language":"中文"},
            {"id":"c","type":"book","title":"Gemeingut","language":"de"},
            {"id":"d","type":"book","title":"x","language":"Klingon"}]"#,
    );
    env.runs("import zotero.json");
    let biblatex = env.runs("export --to biblatex").stdout;
    for line in biblatex.lines().filter(|line| line.contains("langid")) {
        let (_, value) = line.split_once('{').unwrap();
        assert!(
            ["turkish},", "chinese},", "ngerman},"].contains(&value),
            "{line}"
        );
    }
    holds(&biblatex, "{中文}");
    let json = env.json("export --to csl-json");
    let mut languages: Vec<&str> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["language"].as_str().unwrap())
        .collect();
    languages.sort_unstable();
    assert_eq!(languages, ["Klingon", "de", "tr-TR", "zh-CN"]);
}

#[test]
fn capitals_follow_the_rules_of_the_language() {
    let env = TestEnvironment::with(
        "@book{a, author={Μαΐου, Ήρα}, title={ένα άλλο σχέδιο}, date={2012}, langid={greek}}
         @book{b, author={Işık, İlknur}, title={ilk iş: bilgi}, date={2015}, langid={turkish}}
         @book{c, author={Weiß, Anna}, title={maß und größe}, date={2016}, langid={german}}
         @book{d, author={Vos, Jan}, title={ijzer en staal}, date={2017}, langid={dutch}}",
    );
    let style = |case: &str| {
        format!(
            r#"<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">
            <info><title>t</title><id>t</id><updated>2026-01-01T00:00:00Z</updated></info>
            <citation><layout><text variable="title"/></layout></citation>
            <bibliography><sort><key variable="citation-key"/></sort>
            <layout><text variable="title" text-case="{case}"/></layout></bibliography></style>"#
        )
    };
    env.put("upper.csl", style("uppercase"));
    let upper = env.runs("format --style upper.csl").stdout;
    for title in ["ΕΝΑ ΑΛΛΟ ΣΧΕΔΙΟ", "İLK İŞ: BİLGİ", "MASS UND GRÖSSE"] {
        holds(&upper, title);
    }
    env.put("first.csl", style("capitalize-first"));
    let first = env.runs("format --style first.csl").stdout;
    for title in ["Ένα άλλο", "İlk iş", "Maß und", "IJzer en"] {
        holds(&first, title);
    }
}

#[test]
fn numbers_with_counters_get_no_second_label() {
    let env = TestEnvironment::bare();
    env.put(
        "refs.bib",
        "@article{a, author={井上, 真}, title={コモンズ論}, journaltitle={思想}, volume={第7巻}, pages={5--26頁}, date={2001}, langid={japanese}}
         @incollection{b, author={三井, 昭二}, title={森林}, booktitle={挑戦}, pages={第12-15页}, date={2008}, langid={chinese}}",
    );
    let format = |locale: &str| {
        env.runs(&format!(
            "format --input refs.bib --style modern-language-association --locale {locale}"
        ))
        .stdout
    };
    let english = format("en-US");
    holds(&english, "vol. 7, 2001, pp. 5–26.");
    holds(&english, "pp. 12–15.");
    let japanese = format("ja-JP");
    holds(&japanese, "7巻, 2001年, 5–26ページ.");
    holds(&format("zh-TW"), "12–15頁.");
    // Locators, too.
    env.put("essay.md", "[@a, 12頁] and [@a, p. 13] and [@a, 第3章]\n");
    let cite = |locale: &str| {
        let line = format!("cite essay.md --input refs.bib --style apa --locale {locale}");
        env.runs(&line).stdout
    };
    holds(&cite("en-US"), "p. 12) and ");
    holds(&cite("en-US"), "Chapter 3)");
    holds(&cite("ja-JP"), "12ページ) and ");
    holds(&cite("ja-JP"), "13ページ)");
}

#[test]
fn punctuation_of_east_asia_is_not_doubled() {
    let env = TestEnvironment::bare();
    env.put(
        "refs.bib",
        "@article{a, author={柄谷, 行人}, title={「コモンズ」とは何か？}, journaltitle={思想。}, date={2015}, langid={japanese}}
         @book{b, author={费, 孝通}, title={乡土中国「与公地」。}, publisher={三联书店}, date={1985}, langid={chinese}}",
    );
    for style in [
        "chicago-author-date",
        "apa",
        "modern-language-association",
        "gb-7714-2015-numeric",
    ] {
        for locale in ["en-US", "ja-JP", "zh-CN"] {
            let text = env
                .runs(&format!(
                    "format --input refs.bib --style {style} --locale {locale}"
                ))
                .stdout;
            for doubled in ["？.", "。."] {
                assert!(!text.contains(doubled), "{style} {locale}: {text}");
            }
        }
    }
}

#[test]
fn names_in_any_script_with_spaces_have_a_comma_when_they_are_inverted() {
    let env = TestEnvironment::bare();
    env.put(
        "refs.bib",
        "@book{a, author={शर्मा, राम}, title={साझा}, date={2014}}
         @book{b, author={ბერიძე, გიორგი}, title={საერთო}, date={2015}}
         @book{c, author={van den Berg, IJsbrand}, title={Meent}, date={2016}, langid={dutch}}",
    );
    let chicago = env
        .runs("format --input refs.bib --style chicago-author-date")
        .stdout;
    holds(&chicago, "शर्मा, राम.");
    holds(&chicago, "ბერიძე, გიორგი.");
    holds(
        &env.runs("format --input refs.bib --style apa").stdout,
        "van den Berg, IJ. (2016)",
    );
}

// Keys and TeX ------------------------------------------------------------------------------------------

#[test]
fn made_keys_are_short_and_in_latin_letters_and_notes_of_one_kind_are_one_line() {
    let env = TestEnvironment::bare();
    let items: Vec<String> = [
        "互联网与公共资源协作生产",
        "Τα κοινά",
        "Общие блага",
        "נחלת הכלל",
        "A",
        "B",
    ]
    .iter()
    .enumerate()
    .map(|(number, title)| {
        format!(
            r#"{{"id":"http://zotero.org/users/1/items/{number}","type":"book","title":"{title}"}}"#
        )
    })
    .collect();
    env.put("zotero.json", format!("[{}]", items.join(",")));
    let run = env.runs("import zotero.json");
    let notes = run.stderr.matches("LaTeX cannot cite this key").count();
    assert_eq!(notes, 1, "{}", run.stderr);
    for key in env.keys("") {
        assert!(key.is_ascii(), "{key}");
    }
}

#[test]
fn cyrillic_and_greek_in_tex_become_letters_and_the_unknown_stays() {
    let env = TestEnvironment::bare();
    env.put(
        "refs.bib",
        "@book{a, author={{\\CYRZH}uk, {\\CYRSHCH\\cyre\\cyrd}}, title={{\\CYRO}{\\cyrb\\cyrshch\\cyrsftsn} \\textgreek{koin'a}}, date={2010}, langid={russian}}
         @book{b, title={\\cyrqqq x}}",
    );
    let run = env.runs("import refs.bib");
    holds(&run.stderr, "unknown letter \\cyrqqq");
    let found = env.runs("find").stdout;
    holds(&found, "Общь κοινά");
    holds(&found, "\\cyrqqq");
}

// Sorting -----------------------------------------------------------------------------------------------

#[test]
fn works_are_sorted_as_the_configured_language_sorts() {
    let env = TestEnvironment::with(
        "@book{dal, author={Dal, A}, title={D}} @book{cinar, author={Çınar, B}, title={C}}
         @book{cabral, author={Cabral, C}, title={B}} @book{czerny, author={Czerny, D}, title={A}}
         @book{isik, author={Işık, E}, title={E}} @book{ince, author={İnce, F}, title={F}}
         @book{ostlund, author={Östlund, G}, title={Ö}} @book{zander, author={Zander, H}, title={Z}}",
    );
    env.runs("config set locale tr-TR");
    assert_eq!(
        env.keys("--sort author"),
        [
            "cabral", "czerny", "cinar", "dal", "isik", "ince", "ostlund", "zander"
        ]
    );
    env.runs("config set locale sv-SE");
    let swedish = env.keys("");
    assert_eq!(swedish.last().unwrap(), "ostlund");
    assert_eq!(env.keys("--sort title").last().unwrap(), "ostlund");
    assert_eq!(env.keys("--sort -author --limit 1"), ["ostlund"]);
}

#[test]
fn particles_and_articles_are_sorted_as_the_language_sorts_them() {
    let env = TestEnvironment::with(
        "@book{hippel, author={von Hippel, Eric}, title={A}} @book{illich, author={Illich, Ivan}, title={B}}
         @book{zander, author={Zander, H}, title={C}} @book{khalili, author={al-Khalili, Jim}, title={D}}",
    );
    for locale in ["de-DE", "nl-NL", "fr-FR"] {
        env.runs(&format!("config set locale {locale}"));
        assert_eq!(
            env.keys("--sort author"),
            ["hippel", "illich", "khalili", "zander"],
            "{locale}"
        );
    }
    env.runs("config set locale en-GB");
    assert_eq!(
        env.keys("--sort author"),
        ["illich", "khalili", "hippel", "zander"]
    );
    // The headings of groups are in the order of the list's language.
    let text = env.runs("format --group-by author --locale de-DE").stdout;
    let at = |name: &str| text.find(name).unwrap();
    assert!(
        at("Hippel") < at("Illich") && at("Illich") < at("Zander"),
        "{text}"
    );
}

// Headings, tags and labels -----------------------------------------------------------------------------

#[test]
fn headings_are_translated_and_a_missing_translation_is_reported_once() {
    let env = works();
    for (locale, heading) in [
        ("el-GR", "Βιβλία"),
        ("ca-AD", "Llibres"),
        ("ru-RU", "Книги"),
        ("tr-TR", "Kitaplar"),
        ("ar", "كتب"),
        ("he-IL", "ספרים"),
        ("zh-CN", "图书"),
        ("ja-JP", "図書"),
        ("pt-BR", "Livros"),
    ] {
        let run = env.runs(&format!("format --group-by type --locale {locale}"));
        holds(&run.stdout, heading);
        assert!(!run.stderr.contains("translations"), "{}", run.stderr);
    }
    let run = env.runs("format --group-by type --locale fi-FI");
    assert_eq!(run.stderr.matches("translations of headings").count(), 1);
    let run = env.runs("format --group-by language --locale el-GR");
    holds(&run.stdout, "Γερμανικά");
}

#[test]
fn tags_and_lists_are_found_without_accents_and_by_their_labels() {
    let env = TestEnvironment::with("@book{a, title={A}}");
    env.put(
        "tags.toml",
        "[[tag]]\nfacet = \"theme\"\ntag = \"économie\"\nlabel.en = \"Economy\"\nlabel.de = \"Wirtschaft\"\n",
    );
    env.runs("tags import tags.toml");
    env.runs("tag theme:economie a");
    assert_eq!(env.keys("theme:economie"), ["a"]);
    holds(&env.runs("tags show wirtschaft").stdout, "theme:économie");
    env.runs("list new \"lectures-d-été\"");
    env.runs("list show lectures-d-ete");
    holds(&env.runs("tags").stdout, "Economy");
    env.runs("config set locale de-DE");
    holds(&env.runs("tags").stdout, "Wirtschaft");
    holds(&env.runs("format --group-by theme").stdout, "Wirtschaft");
    holds(
        &env.runs("tags export").stdout,
        "label.de    = \"Wirtschaft\"",
    );
    env.runs("undo");
    env.runs("undo");
}

#[test]
fn the_vocabulary_has_labels_in_seven_more_languages() {
    let env = TestEnvironment::with_chapter();
    for (locale, label) in [
        ("de-DE", "Digitale Commons"),
        ("fr-FR", "Communs numériques"),
        ("es-ES", "Comunes digitales"),
        ("ca-AD", "Comuns digitals"),
        ("el-GR", "Ψηφιακά κοινά"),
        ("it-IT", "Beni comuni digitali"),
        ("pt-PT", "Comuns digitais"),
    ] {
        env.runs(&format!("config set locale {locale}"));
        holds(&env.runs("tags").stdout, label);
    }
}

#[test]
fn terms_have_their_marks_and_spaces_in_the_right_place() {
    let env = TestEnvironment::empty();
    env.put(
        "refs.bib",
        "@incollection{a, author = {Roe, Jo}, title = {A}, booktitle = {B}, editor = {Poe, Xu}, pages = {1--9}, date = 2001}\n",
    );
    let format = |locale: &str| {
        let command = format!(
            "format --input refs.bib --style modern-language-association --locale {locale} --to text"
        );
        env.runs(&command).stdout
    };
    holds(&format("he-IL"), "עמ’ 1");
    holds(&format("ja-JP"), "編集者: Xu Poe");
}

#[test]
fn english_by_name_has_no_region() {
    let env = TestEnvironment::empty();
    env.put(
        "refs.bib",
        "@book{a, title = {A}, language = {English}, year = 2001}\n\
         @book{b, title = {B}, langid = {british}, language = {English}, date = 2001}\n\
         @book{c, title = {C}, langid = {american}, date = 2001}\n\
         @book{d, title = {D}, langid = {english}, language = {English}, date = 2001}\n",
    );
    let run = env.runs("convert refs.bib --to csl-json");
    let items: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let languages: Vec<&str> = (0..4)
        .map(|index| items[index]["language"].as_str().unwrap())
        .collect();
    assert_eq!(languages, ["en", "en-GB", "en-US", "en"]);
    env.put(
        "refs.ris",
        "TY  - BOOK\nID  - a\nTI  - A\nLA  - English\nER  - \n",
    );
    let run = env.runs("convert refs.ris --to biblatex");
    assert!(
        run.stdout.contains("langid   = {english}"),
        "{}",
        run.stdout
    );
    assert_eq!(run.stderr, "");
}

#[test]
fn kinds_of_works_are_printed_in_the_language_of_the_list() {
    let bib = "@phdthesis{a, author = {Roe, Jo}, title = {A}, school = {U}, year = 2001}\n\
               @thesis{b, author = {Poe, Xu}, title = {B}, type = {mathesis}, institution = {U}, date = 2002}\n\
               @thesis{c, author = {Moe, Al}, title = {C}, type = {Habilitation}, institution = {U}, date = 2003}\n";
    let env = TestEnvironment::with(bib);
    env.put("refs.bib", bib);
    for command in [
        "format",
        "format --input refs.bib",
        "format --group-by type",
    ] {
        let format = |locale: &str| {
            let command = format!("{command} --style apa --locale {locale} --to text");
            env.runs(&command).stdout
        };
        holds(&format("en-US"), "[PhD thesis]");
        let german = format("de-DE");
        holds(&german, "[Dissertation]");
        holds(&german, "[Masterarbeit]");
        holds(&german, "[Habilitation]");
        for (locale, words) in [
            ("fr-FR", "thèse de doctorat"),
            ("es-ES", "tesis doctoral"),
            ("ru-RU", "диссертация PhD"),
            ("ja-JP", "博士論文"),
            ("zh-CN", "博士学位论文"),
            ("el-GR", "διδακτορική διατριβή"),
        ] {
            let text = format(locale).to_lowercase();
            assert!(text.contains(&words.to_lowercase()), "{locale}: {text}");
        }
    }
    env.put("essay.md", "So it is [@a].\n");
    let text = env
        .runs("cite essay.md --input refs.bib --style apa --locale de-DE -o -")
        .stdout;
    holds(&text, "Dissertation");
    // Items of CSL say what is to be printed.
    let json = env.runs("convert refs.bib --to csl-json").stdout;
    env.put("refs.json", json);
    let text = env
        .runs("format --input refs.json --style apa --locale de-DE --to text")
        .stdout;
    holds(&text, "[PhD thesis]");
}
