//! Templates and assets: those of the program, and the files of a user that replace them.

use std::collections::BTreeMap;

use minijinja::{AutoEscape, Environment, Value};

/// The templates of the program.
pub(super) const BUILT_IN: &[(&str, &str)] = &[
    ("about.html", include_str!("templates/about.html")),
    ("authors.html", include_str!("templates/authors.html")),
    ("base.html", include_str!("templates/base.html")),
    ("index.html", include_str!("templates/index.html")),
    ("list.html", include_str!("templates/list.html")),
    ("lists.html", include_str!("templates/lists.html")),
    ("macros.html", include_str!("templates/macros.html")),
    ("matrix.html", include_str!("templates/matrix.html")),
    ("tag.html", include_str!("templates/tag.html")),
    ("tags.html", include_str!("templates/tags.html")),
    ("timeline.html", include_str!("templates/timeline.html")),
    ("work.html", include_str!("templates/work.html")),
    ("works.html", include_str!("templates/works.html")),
];

const ASSETS: &[(&str, &str)] = &[
    ("site.css", include_str!("assets/site.css")),
    ("site.js", include_str!("assets/site.js")),
];

/// Files of a user, by name. A name that ends in `.html` is a template; any other file is copied into the folder
/// `assets`, where `site.css` replaces the style of the program.
pub type TemplateFiles = BTreeMap<String, Vec<u8>>;

/// An error in a template.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SiteError {
    /// A template is not valid, or failed.
    #[error("invalid template {name}: {reason}")]
    Template {
        /// The file name.
        name: String,
        /// The problem, with its line.
        reason: String,
    },
}

impl SiteError {
    fn template(name: &str, error: &minijinja::Error) -> Self {
        let place = match (error.name(), error.line()) {
            (Some(file), Some(line)) if file != name => format!(" ({file}, line {line})"),
            (_, Some(line)) => format!(" (line {line})"),
            _ => String::new(),
        };
        let reason = error
            .detail()
            .map_or_else(|| error.kind().to_string(), str::to_owned);
        Self::Template {
            name: name.to_owned(),
            reason: format!("{reason}{place}"),
        }
    }
}

/// Templates that are ready to use, and the assets.
#[derive(Debug)]
pub(super) struct Templates {
    environment: Environment<'static>,
    assets: BTreeMap<String, Vec<u8>>,
}

impl Templates {
    /// Compiles the templates.
    ///
    /// # Errors
    ///
    /// [`SiteError::Template`].
    pub(super) fn new(files: &TemplateFiles) -> Result<Self, SiteError> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_fuel(Some(50_000_000));
        for (name, text) in BUILT_IN {
            let added = environment.add_template(name, text);
            added.map_err(|error| SiteError::template(name, &error))?;
        }
        let mut assets: BTreeMap<String, Vec<u8>> = ASSETS
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect();
        for (name, content) in files {
            if name.ends_with(".html") {
                let text = String::from_utf8(content.clone()).map_err(|_| SiteError::Template {
                    name: name.clone(),
                    reason: "it is not UTF-8".to_owned(),
                })?;
                let added = environment.add_template_owned(name.clone(), text);
                added.map_err(|error| SiteError::template(name, &error))?;
            } else {
                assets.insert(name.clone(), content.clone());
            }
        }
        Ok(Self {
            environment,
            assets,
        })
    }

    /// Returns the assets with their paths in the site.
    pub(super) fn assets(&self) -> impl Iterator<Item = (String, Vec<u8>)> + '_ {
        let assets = self.assets.iter();
        assets.map(|(name, content)| (format!("assets/{name}"), content.clone()))
    }

    /// Renders a page.
    ///
    /// # Errors
    ///
    /// [`SiteError::Template`].
    pub(super) fn render(&self, name: &str, context: Value) -> Result<String, SiteError> {
        let rendered = self
            .environment
            .get_template(name)
            .and_then(|template| template.render(context));
        rendered.map_err(|error| SiteError::template(name, &error))
    }
}
