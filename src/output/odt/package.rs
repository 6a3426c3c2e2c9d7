//! The archive of an OpenDocument text and its parts other than the text.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::CompressionMethod;

use super::body::OdtWriter;
use crate::output::document::{Document, plain};
use crate::output::xml::escaped;

const MEDIA_TYPE: &str = "application/vnd.oasis.opendocument.text";
const HEADER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACES: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
    xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
    xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
    xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
    xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" \
    xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\" \
    xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\" \
    xmlns:xlink=\"http://www.w3.org/1999/xlink\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
    xmlns:meta=\"urn:oasis:names:tc:opendocument:xmlns:meta:1.0\" office:version=\"1.3\"";

/// Writes the archive.
pub(super) fn write(
    writer: &OdtWriter<'_>,
    title: &str,
    document: &Document,
) -> std::io::Result<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // Without a time, the same document gives the same bytes.
    let options =
        zip::write::SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    // Programs recognize the file by its first part, which is not compressed.
    let stored = options.compression_method(CompressionMethod::Stored);
    archive
        .start_file("mimetype", stored)
        .map_err(std::io::Error::other)?;
    archive.write_all(MEDIA_TYPE.as_bytes())?;
    for (name, xml) in [
        ("META-INF/manifest.xml", manifest(writer)),
        ("content.xml", content(writer)),
        ("styles.xml", styles(writer, document)),
        ("meta.xml", meta(title, document)),
    ] {
        archive
            .start_file(name, options)
            .map_err(std::io::Error::other)?;
        archive.write_all(xml.as_bytes())?;
    }
    for (name, file) in &writer.media {
        let name = format!("Pictures/{name}");
        archive
            .start_file(name, options)
            .map_err(std::io::Error::other)?;
        archive.write_all(&file.bytes)?;
    }
    Ok(archive
        .finish()
        .map_err(std::io::Error::other)?
        .into_inner())
}

fn manifest(writer: &OdtWriter<'_>) -> String {
    let mut xml = format!(
        "{HEADER}<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" \
         manifest:version=\"1.3\"><manifest:file-entry manifest:full-path=\"/\" manifest:version=\"1.3\" \
         manifest:media-type=\"{MEDIA_TYPE}\"/>"
    );
    for name in ["content.xml", "styles.xml", "meta.xml"] {
        let _ = write!(
            xml,
            "<manifest:file-entry manifest:full-path=\"{name}\" manifest:media-type=\"text/xml\"/>"
        );
    }
    for (name, file) in &writer.media {
        let _ = write!(
            xml,
            "<manifest:file-entry manifest:full-path=\"Pictures/{name}\" manifest:media-type=\"{}\"/>",
            file.kind.media_type()
        );
    }
    xml.push_str("</manifest:manifest>");
    xml
}

fn content(writer: &OdtWriter<'_>) -> String {
    let mut styles = String::new();
    for (properties, number) in &writer.run_styles {
        let _ = write!(
            styles,
            "<style:style style:name=\"T{number}\" style:family=\"text\"><style:text-properties{properties}/></style:style>"
        );
    }
    for ((parent, properties), number) in &writer.paragraph_styles {
        let _ = write!(
            styles,
            "<style:style style:name=\"P{number}\" style:family=\"paragraph\" style:parent-style-name=\"{parent}\">\
             <style:paragraph-properties{properties}/></style:style>"
        );
    }
    for share in &writer.columns {
        let _ = write!(
            styles,
            "<style:style style:name=\"Column{share}\" style:family=\"table-column\">\
             <style:table-column-properties style:rel-column-width=\"{share}*\"/></style:style>"
        );
    }
    format!(
        "{HEADER}<office:document-content {NAMESPACES}>{FONTS}<office:automatic-styles>{styles}\
         <style:style style:name=\"Sect1\" style:family=\"section\"><style:section-properties \
         style:editable=\"false\"/></style:style>\
         <style:style style:name=\"Table\" style:family=\"table\"><style:table-properties style:rel-width=\"100%\" \
         table:align=\"margins\" fo:margin-bottom=\"2mm\"/></style:style>\
         <style:style style:name=\"Cell\" style:family=\"table-cell\"><style:table-cell-properties \
         fo:padding=\"1mm\" fo:border-top=\"0.5pt solid #a0a0a0\" fo:border-bottom=\"0.5pt solid #a0a0a0\"/>\
         </style:style></office:automatic-styles><office:body><office:text>{}</office:text></office:body>\
         </office:document-content>",
        writer.xml
    )
}

const FONTS: &str = "<office:font-face-decls>\
    <style:font-face style:name=\"Times New Roman\" svg:font-family=\"'Times New Roman'\"/>\
    <style:font-face style:name=\"Courier New\" svg:font-family=\"'Courier New'\"/>\
    <style:font-face style:name=\"MS Mincho\" svg:font-family=\"'MS Mincho'\"/>\
    <style:font-face style:name=\"Batang\" svg:font-family=\"Batang\"/>\
    <style:font-face style:name=\"PMingLiU\" svg:font-family=\"PMingLiU\"/>\
    <style:font-face style:name=\"SimSun\" svg:font-family=\"SimSun\"/></office:font-face-decls>";

/// The paragraph styles: name, the style it is based on, paragraph properties and run properties.
const PARAGRAPH_STYLES: &[(&str, &str, &str, &str)] = &[
    ("Text_20_body", "Standard", "fo:margin-bottom=\"2mm\"", ""),
    (
        "Title",
        "Standard",
        "fo:margin-bottom=\"4mm\" fo:keep-with-next=\"always\"",
        "fo:font-size=\"20pt\" fo:font-weight=\"bold\"",
    ),
    (
        "Subtitle",
        "Standard",
        "fo:margin-bottom=\"4mm\"",
        "fo:font-size=\"15pt\"",
    ),
    ("Author", "Standard", "fo:margin-bottom=\"1mm\"", ""),
    ("Date", "Standard", "fo:margin-bottom=\"4mm\"", ""),
    (
        "Abstract",
        "Standard",
        "fo:margin-left=\"10mm\" fo:margin-right=\"10mm\" fo:margin-bottom=\"2mm\"",
        "fo:font-size=\"11pt\"",
    ),
    (
        "Quotations",
        "Text_20_body",
        "fo:margin-left=\"8mm\" fo:margin-right=\"8mm\"",
        "",
    ),
    (
        "List_20_Contents",
        "Standard",
        "fo:margin-bottom=\"1mm\"",
        "",
    ),
    (
        "Annotation",
        "Standard",
        "fo:margin-left=\"12mm\" fo:margin-bottom=\"2mm\"",
        "fo:font-size=\"11pt\"",
    ),
    ("Figure", "Standard", "fo:text-align=\"center\"", ""),
    (
        "Caption",
        "Standard",
        "fo:text-align=\"center\" fo:margin-bottom=\"4mm\"",
        "fo:font-size=\"10.5pt\"",
    ),
    (
        "Preformatted_20_Text",
        "Standard",
        "fo:margin-bottom=\"2mm\"",
        "style:font-name=\"Courier New\" fo:font-size=\"10pt\"",
    ),
    ("Table_20_Contents", "Standard", "", "fo:font-size=\"11pt\""),
    (
        "Horizontal_20_Line",
        "Standard",
        "fo:border-bottom=\"0.5pt solid #a0a0a0\" fo:margin-bottom=\"4mm\"",
        "",
    ),
    ("Footnote", "Standard", "", "fo:font-size=\"10pt\""),
];

fn styles(writer: &OdtWriter<'_>, document: &Document) -> String {
    let tag = if document.language.is_empty() {
        "en-US"
    } else {
        &document.language
    };
    let (language, country) = tag.split_once('-').unwrap_or((tag, "none"));
    let direction = if crate::language::is_right_to_left(tag) {
        " style:writing-mode=\"rl-tb\""
    } else {
        ""
    };
    let mut xml = format!(
        "{HEADER}<office:document-styles {NAMESPACES}>{FONTS}<office:styles>\
         <style:default-style style:family=\"paragraph\"><style:paragraph-properties{direction}/>\
         <style:text-properties style:font-name=\"Times New Roman\" style:font-name-asian=\"Times New Roman\" \
         style:font-name-complex=\"Times New Roman\" {} \
         fo:language=\"{}\" fo:country=\"{}\"/></style:default-style>\
         <style:style style:name=\"Standard\" style:family=\"paragraph\"/>",
        of_all_scripts("fo:font-size=\"12pt\""),
        escaped(language),
        escaped(country)
    );
    for (name, parent, paragraph, run) in PARAGRAPH_STYLES {
        paragraph_style(name, parent, paragraph, run, &mut xml);
    }
    for level in 1..=6_usize {
        let size = [16.0, 14.0, 12.5].get(level - 1).copied().unwrap_or(12.0);
        let _ = write!(
            xml,
            "<style:style style:name=\"Heading_20_{level}\" style:display-name=\"Heading {level}\" \
             style:family=\"paragraph\" style:parent-style-name=\"Standard\" \
             style:next-style-name=\"Text_20_body\" style:default-outline-level=\"{level}\">\
             <style:paragraph-properties fo:margin-top=\"4mm\" fo:margin-bottom=\"2mm\" \
             fo:keep-with-next=\"always\"/><style:text-properties {}/></style:style>",
            of_all_scripts(&format!(
                "fo:font-size=\"{size}pt\" fo:font-weight=\"bold\""
            ))
        );
    }
    let layout = writer.layout.unwrap_or_default();
    let spacing = format!(
        "fo:margin-bottom=\"{}mm\" fo:line-height=\"{}%\" fo:text-align=\"start\" fo:keep-together=\"always\"",
        2 * layout.entry_spacing.min(10),
        100 * layout.line_spacing.clamp(1, 10)
    );
    const HANGING: &str = " fo:margin-left=\"12mm\" fo:text-indent=\"-12mm\"";
    let own = if layout.hanging_indent { HANGING } else { "" };
    paragraph_style(
        "Bibliography_20_1",
        "Standard",
        &format!("{spacing}{own}"),
        "",
        &mut xml,
    );
    paragraph_style(
        "Bibliography_20_numbered",
        "Standard",
        &format!("{spacing}{HANGING}"),
        "",
        &mut xml,
    );
    for (name, is_numbered) in [("Bulleted", false), ("Numbered", true)] {
        let _ = write!(xml, "<text:list-style style:name=\"{name}\">");
        for level in 1..=10_usize {
            let properties = format!(
                "<style:list-level-properties text:list-level-position-and-space-mode=\"label-alignment\">\
                 <style:list-level-label-alignment text:label-followed-by=\"listtab\" fo:text-indent=\"-6mm\" \
                 fo:margin-left=\"{}mm\"/></style:list-level-properties>",
                6 * level
            );
            let _ = if is_numbered {
                write!(
                    xml,
                    "<text:list-level-style-number text:level=\"{level}\" style:num-suffix=\".\" \
                     style:num-format=\"1\">{properties}</text:list-level-style-number>"
                )
            } else {
                let bullet = if level % 2 == 1 {
                    '\u{2022}'
                } else {
                    '\u{2013}'
                };
                write!(
                    xml,
                    "<text:list-level-style-bullet text:level=\"{level}\" text:bullet-char=\"{bullet}\">{properties}\
                     </text:list-level-style-bullet>"
                )
            };
        }
        xml.push_str("</text:list-style>");
    }
    xml.push_str(
        "<style:style style:name=\"Footnote_20_anchor\" style:display-name=\"Footnote anchor\" style:family=\"text\">\
         <style:text-properties style:text-position=\"super 58%\"/></style:style>\
         <text:notes-configuration text:note-class=\"footnote\" \
         text:citation-style-name=\"Footnote_20_anchor\" text:citation-body-style-name=\"Footnote_20_anchor\" style:num-format=\"1\" text:start-value=\"0\" \
         text:footnotes-position=\"page\" text:start-numbering-at=\"document\"/></office:styles>\
         <office:automatic-styles><style:page-layout style:name=\"Page\"><style:page-layout-properties \
         fo:page-width=\"210mm\" fo:page-height=\"297mm\" fo:margin=\"25mm\"/></style:page-layout>\
         </office:automatic-styles><office:master-styles><style:master-page style:name=\"Standard\" \
         style:page-layout-name=\"Page\"/></office:master-styles></office:document-styles>",
    );
    xml
}

fn paragraph_style(name: &str, parent: &str, paragraph: &str, run: &str, xml: &mut String) {
    let _ = write!(
        xml,
        "<style:style style:name=\"{name}\" style:display-name=\"{}\" style:family=\"paragraph\" \
         style:parent-style-name=\"{parent}\"><style:paragraph-properties {paragraph}/><style:text-properties {}/>\
         </style:style>",
        name.replace("_20_", " "),
        of_all_scripts(run)
    );
}

/// Returns the properties of a style so that they hold for the scripts of East Asia and those from right to left as well,
/// which have sizes and weights of their own.
fn of_all_scripts(properties: &str) -> String {
    let mut all = properties.to_owned();
    for property in properties.split(' ') {
        if let Some((name, value)) = property
            .strip_prefix("fo:font-")
            .and_then(|property| property.split_once('='))
        {
            for script in ["asian", "complex"] {
                let _ = write!(all, " style:font-{name}-{script}={value}");
            }
        }
    }
    all
}

fn meta(title: &str, document: &Document) -> String {
    let authors: Vec<String> = document
        .authors
        .iter()
        .map(|author| plain(author))
        .collect();
    let mut xml = format!(
        "{HEADER}<office:document-meta {NAMESPACES}><office:meta><meta:generator>peerbib</meta:generator>\
         <dc:title>{}</dc:title>",
        escaped(title)
    );
    if !authors.is_empty() {
        let _ = write!(
            xml,
            "<dc:creator>{}</dc:creator>",
            escaped(&authors.join("; "))
        );
    }
    if let Some(preferences) = &document.zotero {
        // As in Word, where no property is longer.
        let characters: Vec<char> = preferences.chars().collect();
        for (piece, number) in characters.chunks(255).zip(1..) {
            let _ = write!(
                xml,
                "<meta:user-defined meta:name=\"ZOTERO_PREF_{number}\">{}</meta:user-defined>",
                escaped(&piece.iter().collect::<String>())
            );
        }
    }
    xml.push_str("</office:meta></office:document-meta>");
    xml
}
