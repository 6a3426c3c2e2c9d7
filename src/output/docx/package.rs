//! The archive of a Word document and its parts other than the text.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use super::body::{DocxWriter, TextPart};
use crate::output::document::Document;
use crate::output::xml::escaped;

const HEADER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// The namespaces of the parts with text.
const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
/// The start of the types of relationships.
const TYPE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Writes the archive.
pub(super) fn write(
    writer: &DocxWriter<'_>,
    title: &str,
    document: &Document,
) -> std::io::Result<Vec<u8>> {
    let language = if document.language.is_empty() {
        "en-US"
    } else {
        &document.language
    };
    let properties = properties(document);
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        (
            "[Content_Types].xml".into(),
            content_types(properties.is_some()).into_bytes(),
        ),
        (
            "_rels/.rels".into(),
            package_relationships(properties.is_some()).into_bytes(),
        ),
        (
            "docProps/core.xml".into(),
            core(title, document).into_bytes(),
        ),
        (
            "word/document.xml".into(),
            main_part(&writer.text).into_bytes(),
        ),
        (
            "word/_rels/document.xml.rels".into(),
            part_relationships(&writer.text, true).into_bytes(),
        ),
        (
            "word/footnotes.xml".into(),
            footnotes(&writer.notes).into_bytes(),
        ),
        (
            "word/_rels/footnotes.xml.rels".into(),
            part_relationships(&writer.notes, false).into_bytes(),
        ),
        ("word/styles.xml".into(), styles(language).into_bytes()),
        (
            "word/numbering.xml".into(),
            numbering(&writer.numberings).into_bytes(),
        ),
        ("word/settings.xml".into(), settings().into_bytes()),
    ];
    if let Some(properties) = properties {
        parts.push(("docProps/custom.xml".into(), properties.into_bytes()));
    }
    for (name, file) in &writer.media {
        parts.push((format!("word/media/{name}"), file.bytes.clone()));
    }
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // Without a time, the same document gives the same bytes.
    let options =
        zip::write::SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    for (name, bytes) in parts {
        archive
            .start_file(name, options)
            .map_err(std::io::Error::other)?;
        archive.write_all(&bytes)?;
    }
    Ok(archive
        .finish()
        .map_err(std::io::Error::other)?
        .into_inner())
}

fn content_types(has_properties: bool) -> String {
    let mut xml = format!(
        "{HEADER}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\" />\
         <Default Extension=\"xml\" ContentType=\"application/xml\" />\
         <Default Extension=\"png\" ContentType=\"image/png\" />\
         <Default Extension=\"jpeg\" ContentType=\"image/jpeg\" />\
         <Default Extension=\"gif\" ContentType=\"image/gif\" />\
         <Override PartName=\"/docProps/core.xml\" \
         ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\" />"
    );
    for (part, kind) in [
        ("document", "document.main"),
        ("footnotes", "footnotes"),
        ("styles", "styles"),
        ("numbering", "numbering"),
        ("settings", "settings"),
    ] {
        let _ = write!(
            xml,
            "<Override PartName=\"/word/{part}.xml\" \
             ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml\" />"
        );
    }
    if has_properties {
        xml.push_str(
            "<Override PartName=\"/docProps/custom.xml\" \
             ContentType=\"application/vnd.openxmlformats-officedocument.custom-properties+xml\" />",
        );
    }
    xml.push_str("</Types>");
    xml
}

fn package_relationships(has_properties: bool) -> String {
    let mut xml = format!(
        "{HEADER}<Relationships xmlns=\"{RELATIONSHIPS}\">\
         <Relationship Id=\"document\" Type=\"{TYPE}/officeDocument\" Target=\"word/document.xml\" />\
         <Relationship Id=\"core\" \
         Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" \
         Target=\"docProps/core.xml\" />"
    );
    if has_properties {
        let _ = write!(
            xml,
            "<Relationship Id=\"custom\" Type=\"{TYPE}/custom-properties\" Target=\"docProps/custom.xml\" />"
        );
    }
    xml.push_str("</Relationships>");
    xml
}

/// Returns the relationships of a part with text.
fn part_relationships(part: &TextPart, is_document: bool) -> String {
    let mut xml = format!("{HEADER}<Relationships xmlns=\"{RELATIONSHIPS}\">");
    if is_document {
        for name in ["styles", "numbering", "footnotes", "settings"] {
            let _ = write!(
                xml,
                "<Relationship Id=\"{name}\" Type=\"{TYPE}/{name}\" Target=\"{name}.xml\" />"
            );
        }
    }
    for (address, number) in part.links.iter().zip(1..) {
        let _ = write!(
            xml,
            "<Relationship Id=\"link{number}\" Type=\"{TYPE}/hyperlink\" Target=\"{}\" TargetMode=\"External\" />",
            escaped(address)
        );
    }
    for (name, number) in part.images.iter().zip(1..) {
        let _ = write!(
            xml,
            "<Relationship Id=\"image{number}\" Type=\"{TYPE}/image\" Target=\"media/{name}\" />"
        );
    }
    xml.push_str("</Relationships>");
    xml
}

fn core(title: &str, document: &Document) -> String {
    let authors: Vec<String> = document
        .authors
        .iter()
        .map(|author| crate::output::document::plain(author))
        .collect();
    format!(
        "{HEADER}<cp:coreProperties \
         xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title><dc:creator>{}</dc:creator>\
         </cp:coreProperties>",
        escaped(title),
        escaped(&authors.join("; "))
    )
}

/// Returns the properties in which Zotero keeps its preferences, in pieces of at most 255 characters.
fn properties(document: &Document) -> Option<String> {
    let preferences = document.zotero.as_ref()?;
    let mut xml = format!(
        "{HEADER}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\" \
         xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">"
    );
    let characters: Vec<char> = preferences.chars().collect();
    for (piece, number) in characters.chunks(255).zip(1..) {
        let _ = write!(
            xml,
            "<property fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"{}\" name=\"ZOTERO_PREF_{number}\">\
             <vt:lpwstr>{}</vt:lpwstr></property>",
            number + 1,
            escaped(&piece.iter().collect::<String>())
        );
    }
    xml.push_str("</Properties>");
    Some(xml)
}

fn main_part(text: &TextPart) -> String {
    format!(
        "{HEADER}<w:document {NAMESPACES}><w:body>{}<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\" />\
         <w:pgMar w:top=\"1418\" w:right=\"1418\" w:bottom=\"1418\" w:left=\"1418\" w:header=\"709\" \
         w:footer=\"709\" w:gutter=\"0\" /></w:sectPr></w:body></w:document>",
        text.xml
    )
}

/// Returns the notes, with the two that Word draws the line above the notes with.
fn footnotes(notes: &TextPart) -> String {
    format!(
        "{HEADER}<w:footnotes {NAMESPACES}>\
         <w:footnote w:type=\"separator\" w:id=\"-1\"><w:p><w:r><w:separator /></w:r></w:p></w:footnote>\
         <w:footnote w:type=\"continuationSeparator\" w:id=\"0\"><w:p><w:r><w:continuationSeparator /></w:r></w:p>\
         </w:footnote>{}</w:footnotes>",
        notes.xml
    )
}

fn settings() -> String {
    format!(
        "{HEADER}<w:settings {NAMESPACES}><w:footnotePr><w:footnote w:id=\"-1\" /><w:footnote w:id=\"0\" />\
         </w:footnotePr><w:compat><w:compatSetting w:name=\"compatibilityMode\" \
         w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\" /></w:compat></w:settings>"
    )
}

/// Returns the numbering of the lists: two kinds, and for each list a number of its own, so that it starts at 1.
fn numbering(lists: &[Option<u64>]) -> String {
    let mut xml = format!("{HEADER}<w:numbering {NAMESPACES}>");
    for (id, is_numbered) in [(0, false), (1, true)] {
        let _ = write!(
            xml,
            "<w:abstractNum w:abstractNumId=\"{id}\"><w:multiLevelType w:val=\"multilevel\" />"
        );
        for level in 0..9 {
            let (format, text) = if is_numbered {
                ("decimal", format!("%{}.", level + 1))
            } else {
                let bullet = ["\u{2022}", "\u{2013}"].get(level % 2).copied();
                ("bullet", bullet.unwrap_or_default().to_owned())
            };
            let _ = write!(
                xml,
                "<w:lvl w:ilvl=\"{level}\"><w:start w:val=\"1\" /><w:numFmt w:val=\"{format}\" />\
                 <w:lvlText w:val=\"{text}\" /><w:lvlJc w:val=\"left\" /><w:pPr><w:ind w:left=\"{}\" \
                 w:hanging=\"360\" /></w:pPr></w:lvl>",
                360 * (level + 1)
            );
        }
        xml.push_str("</w:abstractNum>");
    }
    for (start, number) in lists.iter().zip(1..) {
        let _ = write!(
            xml,
            "<w:num w:numId=\"{number}\"><w:abstractNumId w:val=\"{}\" />",
            u8::from(start.is_some())
        );
        if let Some(start) = start {
            // Word has no greater numbers.
            let start = (*start).min(32_767);
            for level in 0..9 {
                let _ = write!(
                    xml,
                    "<w:lvlOverride w:ilvl=\"{level}\"><w:startOverride w:val=\"{start}\" /></w:lvlOverride>"
                );
            }
        }
        xml.push_str("</w:num>");
    }
    xml.push_str("</w:numbering>");
    xml
}

/// The paragraph styles: identifier, name, the style it is based on, paragraph properties and run properties.
const PARAGRAPH_STYLES: &[(&str, &str, &str, &str, &str)] = &[
    (
        "BodyText",
        "Body Text",
        "Normal",
        "<w:spacing w:after=\"120\" />",
        "",
    ),
    (
        "Title",
        "Title",
        "Normal",
        "<w:spacing w:after=\"240\" />",
        "<w:b /><w:bCs /><w:sz w:val=\"40\" /><w:szCs w:val=\"40\" />",
    ),
    (
        "Subtitle",
        "Subtitle",
        "Normal",
        "<w:spacing w:after=\"240\" />",
        "<w:sz w:val=\"30\" /><w:szCs w:val=\"30\" />",
    ),
    (
        "Author",
        "Author",
        "Normal",
        "<w:spacing w:after=\"60\" />",
        "",
    ),
    (
        "Date",
        "Date",
        "Normal",
        "<w:spacing w:after=\"240\" />",
        "",
    ),
    (
        "Abstract",
        "Abstract",
        "Normal",
        "<w:spacing w:after=\"120\" /><w:ind w:left=\"567\" w:right=\"567\" />",
        "<w:sz w:val=\"22\" /><w:szCs w:val=\"22\" />",
    ),
    (
        "Quote",
        "Quote",
        "BodyText",
        "<w:ind w:left=\"360\" w:right=\"360\" />",
        "",
    ),
    ("Bibliography", "Bibliography", "Normal", "", ""),
    (
        "Annotation",
        "Annotation",
        "Normal",
        "<w:spacing w:after=\"120\" />",
        "<w:sz w:val=\"22\" /><w:szCs w:val=\"22\" />",
    ),
    (
        "Caption",
        "caption",
        "Normal",
        "<w:spacing w:after=\"240\" /><w:jc w:val=\"center\" />",
        "<w:sz w:val=\"21\" /><w:szCs w:val=\"21\" />",
    ),
    (
        "SourceCode",
        "Source Code",
        "Normal",
        "<w:spacing w:after=\"120\" />",
        "<w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" w:cs=\"Courier New\" /><w:sz w:val=\"20\" />\
         <w:szCs w:val=\"20\" />",
    ),
    (
        "TableText",
        "Table Text",
        "Normal",
        "<w:spacing w:before=\"40\" w:after=\"40\" />",
        "",
    ),
    (
        "FootnoteText",
        "footnote text",
        "Normal",
        "",
        "<w:sz w:val=\"20\" /><w:szCs w:val=\"20\" />",
    ),
];

fn styles(language: &str) -> String {
    let is_right_to_left = crate::language::is_right_to_left(language);
    let kind = if is_right_to_left { "bidi" } else { "val" };
    // Quotation marks beside characters of East Asia count as such, but stay in the font of the other letters.
    let mut xml = format!(
        "{HEADER}<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Times New Roman\" \
         w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\" w:eastAsia=\"Times New Roman\" /><w:sz w:val=\"24\" /><w:szCs w:val=\"24\" />\
         <w:lang w:{kind}=\"{}\" /></w:rPr></w:rPrDefault><w:pPrDefault /></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\" /><w:qFormat />\
         </w:style>",
        escaped(language)
    );
    for (id, name, base, paragraph, run) in PARAGRAPH_STYLES {
        let _ = write!(
            xml,
            "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:name w:val=\"{name}\" /><w:basedOn w:val=\"{base}\" />\
             <w:qFormat /><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
        );
    }
    for depth in 0..6_usize {
        let size = [32, 28, 25, 24, 24, 24].get(depth).copied().unwrap_or(24);
        let _ = write!(
            xml,
            "<w:style w:type=\"paragraph\" w:styleId=\"Heading{0}\"><w:name w:val=\"heading {0}\" />\
             <w:basedOn w:val=\"Normal\" /><w:next w:val=\"BodyText\" /><w:qFormat /><w:pPr><w:keepNext />\
             <w:spacing w:before=\"240\" w:after=\"120\" /><w:outlineLvl w:val=\"{depth}\" /></w:pPr><w:rPr><w:b />\
             <w:bCs /><w:sz w:val=\"{size}\" /><w:szCs w:val=\"{size}\" /></w:rPr></w:style>",
            depth + 1
        );
    }
    xml.push_str(
        "<w:style w:type=\"character\" w:styleId=\"Hyperlink\"><w:name w:val=\"Hyperlink\" /><w:rPr>\
         <w:color w:val=\"0563C1\" /><w:u w:val=\"single\" /></w:rPr></w:style>\
         <w:style w:type=\"character\" w:styleId=\"FootnoteReference\"><w:name w:val=\"footnote reference\" /><w:rPr>\
         <w:vertAlign w:val=\"superscript\" /></w:rPr></w:style>\
         <w:style w:type=\"character\" w:styleId=\"VerbatimChar\"><w:name w:val=\"Verbatim Char\" /><w:rPr>\
         <w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" w:cs=\"Courier New\" /><w:sz w:val=\"21\" />\
         </w:rPr></w:style>\
         <w:style w:type=\"table\" w:styleId=\"Table\"><w:name w:val=\"Table\" /><w:tblPr><w:tblBorders>\
         <w:top w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"808080\" />\
         <w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"808080\" />\
         <w:insideH w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"C0C0C0\" /></w:tblBorders><w:tblCellMar>\
         <w:left w:w=\"80\" w:type=\"dxa\" /><w:right w:w=\"80\" w:type=\"dxa\" /></w:tblCellMar></w:tblPr></w:style>\
         </w:styles>",
    );
    xml
}
