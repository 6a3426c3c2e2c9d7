//! The pages of a site.

use std::collections::BTreeMap;

use minijinja::context;
use minijinja::value::{Serde, Value, merge_maps};
use rayon::prelude::*;
use serde::Serialize;

use super::views::{TagView, WorkView};
use super::{Site, SiteError, SiteWork};
use crate::charts::timeline::{Timeline, TimelineRequest};
use crate::charts::{Theme, html_page, timeline_svg};
use crate::language::is_right_to_left;
use crate::library::{Assignment, Origin, Tag, TagEvent};
use crate::model::markup::plain;
use crate::output::{ItemMetadata, coins, html, json_ld, page_metadata};
use crate::reading_list::{HeadingTranslations, ReadingList};
use crate::text::{fold, single_spaced, valid_in_markup};

/// Pages with more works than this have no COinS: a reference manager would offer a choice of thousands.
const MOST_COINS: usize = 1_000;
/// The number of works under "Recently added".
const ADDITIONS: usize = 5;
const TIMELINE_WIDTH: u32 = 1_100;

/// A named value on a page.
#[derive(Debug, Serialize)]
struct Fact {
    label: String,
    text: String,
    href: Option<String>,
}

/// A link in the navigation.
#[derive(Debug, Serialize)]
struct Link {
    path: String,
    label: String,
}

/// Works under a heading.
#[derive(Debug, Serialize)]
struct PageGroup<'v> {
    id: String,
    label: String,
    works: Vec<&'v WorkView>,
}

/// Writes all pages.
pub(super) fn write<E: From<SiteError>>(
    site: &Site<'_>,
    write: &mut impl FnMut(&str, &[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let content = site.content;
    let renderer = PageRenderer {
        site,
        common: context! {
            site => context! {
                title => content.title.as_str(),
                language => content.language.as_str(),
                direction => if is_right_to_left(&content.language) { "rtl" } else { "ltr" },
                base_url => content.base_url.as_deref(),
            },
            words => value(&site.views.words),
            navigation => value(navigation(site)),
        },
    };
    let mut pages = Pages {
        site,
        renderer: &renderer,
        write,
    };
    pages.start()?;
    pages.works()?;
    // The pages of works take most of the time, so they use all cores.
    for works in (0..content.works.len()).collect::<Vec<_>>().chunks(1_000) {
        let files: Vec<_> = works
            .par_iter()
            .map(|number| renderer.work(*number))
            .collect::<Result<_, SiteError>>()?;
        for (path, text) in files.into_iter().flatten() {
            (pages.write)(&path, text.as_bytes())?;
        }
    }
    pages.tags()?;
    pages.matrix()?;
    pages.lists()?;
    pages.timeline()?;
    pages.authors()?;
    pages.about()
}

struct Pages<'s, 'c, W> {
    site: &'s Site<'c>,
    renderer: &'s PageRenderer<'s, 'c>,
    write: &'s mut W,
}

/// Renders pages.
struct PageRenderer<'s, 'c> {
    site: &'s Site<'c>,
    /// The content that every page shows.
    common: Value,
}

fn navigation(site: &Site<'_>) -> Vec<Link> {
    let words = &site.views.words;
    let pages = [
        ("works/index.html", "works", true),
        ("tags/index.html", "tags", !site.content.facets.is_empty()),
        ("matrix.html", "matrix", has_matrix(site)),
        ("lists/index.html", "lists", !site.content.lists.is_empty()),
        ("timeline.html", "timeline", has_years(site)),
        ("authors.html", "authors", true),
    ];
    pages
        .into_iter()
        .filter(|(_, _, exists)| *exists)
        .map(|(path, word, _)| Link {
            path: path.to_owned(),
            label: words.get(word).to_owned(),
        })
        .collect()
}

fn has_years(site: &Site<'_>) -> bool {
    site.content
        .works
        .iter()
        .any(|work| work.work.year.is_some())
}

fn has_matrix(site: &Site<'_>) -> bool {
    let has = |name: &str| {
        let facet = site.content.facets.iter().zip(&site.views.tags);
        facet
            .filter(|(facet, _)| facet.name == name)
            .any(|(_, tags)| tags.iter().any(|tag| tag.count > 0))
    };
    has("movement") && has("theme")
}

impl PageRenderer<'_, '_> {
    /// Renders a page from a template. `path` is not percent-encoded.
    fn page(
        &self,
        path: &str,
        template: &str,
        section: &str,
        title: &str,
        own: Value,
    ) -> Result<String, SiteError> {
        let root = "../".repeat(path.matches('/').count());
        let page = self.site.templates.render(
            template,
            context! {
                path => crate::output::percent_encode(path, ""),
                root => root,
                section => section,
                title => title,
                ..merge_maps([self.common.clone(), own])
            },
        )?;
        Ok(valid_in_markup(&page).into_owned())
    }

    /// Returns the page of a work and its files to download, with their paths.
    fn work(&self, number: usize) -> Result<Vec<(String, String)>, SiteError> {
        let (content, views) = (self.site.content, &self.site.views);
        let (Some(work), Some(view)) = (content.works.get(number), views.works.get(number)) else {
            return Ok(Vec::new());
        };
        let metadata = ItemMetadata {
            reference: &work.work,
            item: &work.item,
        };
        let citations: Vec<Value> = work
            .citations
            .iter()
            .zip(&content.styles)
            .map(|(citation, style)| {
                context! { style => style, html => html::rich_text_with_links(citation) }
            })
            .collect();
        let tags: Vec<&TagView> = work
            .work
            .tags
            .iter()
            .filter_map(|tag| views.tag(&tag.to_string()))
            .collect();
        let lists: Vec<&super::views::ListView> = views
            .lists_of_works
            .get(&view.key)
            .into_iter()
            .flatten()
            .filter_map(|position| views.lists.get(*position))
            .collect();
        let related: Vec<usize> = work
            .related
            .iter()
            .filter_map(|key| views.positions.get(key).copied())
            .collect();
        let abstract_text = work.item.text("abstract").map(|text| plain(&text));
        let paragraphs: Vec<String> = abstract_text
            .unwrap_or_default()
            .split("\n\n")
            .map(single_spaced)
            .filter(|paragraph| !paragraph.is_empty())
            .collect();
        let json_ld =
            serde_json::to_string(&context_of(json_ld::work(metadata))).unwrap_or_default();
        let highwire: Vec<Value> = page_metadata::of_work(metadata)
            .into_iter()
            .map(|(name, content)| context! { name => name, content => content })
            .collect();
        let path = format!("works/{}.html", view.file);
        let page = self.page(
            &path,
            "work.html",
            "works/index.html",
            &view.title,
            context! {
                work => context! { file => view.file_in_url.as_str(), ..value(view) },
                citations => citations,
                metadata => highwire,
                json_ld => json_ld.replace('<', "\\u003c"),
                facts => value(self.facts(work, metadata)),
                abstract => paragraphs,
                notes => html::blocks(&work.note),
                tags => value(tags),
                reasons => self.reasons(&work.assignments),
                lists => value(lists),
                related => value(views.at(&related)),
                entry => work.biblatex.trim(),
            },
        )?;
        let mut files = vec![(path, page)];
        for (extension, text) in [
            ("bib", &work.biblatex),
            ("ris", &work.ris),
            ("json", &work.csl_json),
        ] {
            files.push((format!("works/{}.{extension}", view.file), text.clone()));
        }
        Ok(files)
    }

    fn facts(&self, work: &SiteWork, metadata: ItemMetadata<'_>) -> Vec<Fact> {
        let words = &self.site.views.words;
        let mut facts = Vec::new();
        let mut add = |label: &str, text: Option<String>, href: Option<String>| {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                facts.push(Fact {
                    label: label.to_owned(),
                    text,
                    href: href.filter(|href| html::is_safe_link(href)),
                });
            }
        };
        let doi = metadata.doi();
        let resolver = doi.as_ref().map(|doi| {
            format!(
                "https://doi.org/{}",
                crate::output::percent_encode(doi, "?#[]")
            )
        });
        add("DOI", doi, resolver);
        add(words.get("address"), metadata.url(), metadata.url());
        add(
            words.get("archived"),
            work.archived.clone(),
            work.archived.clone(),
        );
        add("ISBN", metadata.text("ISBN"), None);
        let headings = HeadingTranslations::in_language(&self.site.content.language);
        let language = work
            .item
            .text("language")
            .and_then(|language| headings.language(&language));
        add(words.get("language"), language, None);
        let day = work.added_at.split('T').next().map(str::to_owned);
        add(words.get("added"), day, None);
        facts
    }

    fn reasons(&self, assignments: &[Assignment]) -> Vec<Value> {
        let words = &self.site.views.words;
        let mut by_tag: Vec<(&TagView, Vec<String>)> = Vec::new();
        for assignment in assignments {
            let Some(tag) = self.site.views.tag(&assignment.tag.to_string()) else {
                continue;
            };
            let mut text = match assignment.origin {
                Origin::Hand => words.get("by_hand").to_owned(),
                Origin::Rule => words.get("by_rule").replace("{rule}", &assignment.source),
                Origin::Import => words.get("by_import").to_owned(),
            };
            let matched: Vec<String> = assignment
                .matched
                .iter()
                .map(|found| match &found.text {
                    Some(words) => format!("{} = {words}", found.condition),
                    None => found.condition.clone(),
                })
                .collect();
            if !matched.is_empty() {
                text.push_str(&format!(" ({})", matched.join("; ")));
            }
            let mut texts: Vec<String> = assignment.reason.iter().cloned().collect();
            texts.push(text);
            match by_tag.last_mut() {
                Some((last, all)) if last.name == tag.name => all.extend(texts),
                _ => by_tag.push((tag, texts)),
            }
        }
        by_tag
            .into_iter()
            .map(|(tag, texts)| context! { label => tag.label.as_str(), texts => texts })
            .collect()
    }
}

impl<W, E> Pages<'_, '_, W>
where
    W: FnMut(&str, &[u8]) -> Result<(), E>,
    E: From<SiteError>,
{
    /// Renders a page and writes it.
    fn page(
        &mut self,
        path: &str,
        template: &str,
        section: &str,
        title: &str,
        own: Value,
    ) -> Result<(), E> {
        let page = self.renderer.page(path, template, section, title, own)?;
        (self.write)(path, page.as_bytes())
    }

    fn start(&mut self) -> Result<(), E> {
        let (content, views) = (self.site.content, &self.site.views);
        let mut figures = vec![context! {
            label => views.words.get("works"), count => content.works.len(), path => "works/index.html",
        }];
        for (facet, tags) in content.facets.iter().zip(&views.tags) {
            let count = tags.iter().filter(|tag| tag.count > 0).count();
            if count > 0 {
                figures.push(context! {
                    label => views.words.facet(&facet.name, facet.label.as_deref()),
                    count => count,
                    path => format!("tags/index.html#facet-{}", facet.name),
                });
            }
        }
        let newest = views
            .newest
            .get(..ADDITIONS.min(views.newest.len()))
            .unwrap_or_default();
        let introduction = html::blocks(&content.introduction);
        let timeline = self.timeline_picture();
        self.page(
            "index.html",
            "index.html",
            "index.html",
            "",
            context! {
                introduction => introduction,
                figures => figures,
                lists => value(&views.lists),
                timeline => timeline,
                additions => value(views.at(newest)),
            },
        )
    }

    fn works(&mut self) -> Result<(), E> {
        let views = &self.site.views;
        let works = &self.site.content.works;
        let words = &views.words;
        let all: Vec<usize> = (0..works.len()).collect();
        let by_author = groups(views.at(&all), |position| {
            let sort = works
                .get(position)
                .map(|work| work.work.sort_author.as_str());
            initial(sort.unwrap_or_default())
        });
        let by = |key: &dyn Fn(&SiteWork, &WorkView) -> (bool, i64, String)| {
            let mut order: Vec<usize> = (0..works.len()).collect();
            order.sort_by_cached_key(|position| {
                let (work, view) = (works.get(*position), views.works.get(*position));
                work.zip(view).map(|(work, view)| key(work, view))
            });
            order
        };
        let years = by(&|work, view| {
            let year = work.work.year.map(i64::from);
            (
                year.is_none(),
                -year.unwrap_or_default(),
                fold(&view.authors),
            )
        });
        let titles = by(&|_, view| (false, 0, fold(&view.title)));
        let by_year = sorted_groups(&years, &views.works, |position| {
            let year = views.works.get(position).map(|work| work.year_text.clone());
            year.filter(|year| !year.is_empty())
                .unwrap_or_else(|| words.get("no_year").to_owned())
        });
        let by_title = sorted_groups(&titles, &views.works, |position| {
            initial(
                &views
                    .works
                    .get(position)
                    .map(|work| fold(&work.title))
                    .unwrap_or_default(),
            )
        });
        let orders = [
            ("works/index.html", "by_author", by_author),
            ("works/by-year.html", "by_year", by_year),
            ("works/by-title.html", "by_title", by_title),
        ];
        let links: Vec<(&str, &str)> = orders
            .iter()
            .map(|(path, word, _)| (*path, words.get(word)))
            .collect();
        let coins = self.coins(&all);
        for (path, _, groups) in &orders {
            let links: Vec<Value> = links
                .iter()
                .map(|(other, label)| context! { path => *other, label => *label, current => other == path })
                .collect();
            self.page(
                path,
                "works.html",
                "works/index.html",
                words.get("works"),
                context! {
                    orders => links,
                    groups => value(groups),
                    coins => if *path == "works/index.html" { coins.as_str() } else { "" },
                },
            )?;
        }
        Ok(())
    }

    fn tags(&mut self) -> Result<(), E> {
        let (content, views) = (self.site.content, &self.site.views);
        if content.facets.is_empty() {
            return Ok(());
        }
        let facets: Vec<Value> = content
            .facets
            .iter()
            .zip(&views.tags)
            .map(|(facet, tags)| {
                context! {
                    id => format!("facet-{}", facet.name),
                    label => views.words.facet(&facet.name, facet.label.as_deref()),
                    tags => value(tags),
                }
            })
            .collect();
        self.page(
            "tags/index.html",
            "tags.html",
            "tags/index.html",
            views.words.get("tags"),
            context! { facets => facets },
        )?;
        for (facet, tag_views) in content.facets.iter().zip(&views.tags) {
            let label = views.words.facet(&facet.name, facet.label.as_deref());
            for ((tag, _), view) in facet.tags.iter().zip(tag_views) {
                self.tag(&label, tag, view)?;
            }
        }
        Ok(())
    }

    fn tag(&mut self, facet: &str, tag: &Tag, view: &TagView) -> Result<(), E> {
        let views = &self.site.views;
        let parent = tag
            .parent
            .as_ref()
            .and_then(|parent| views.tag(&parent.to_string()));
        let children: Vec<&TagView> = self
            .site
            .content
            .facets
            .iter()
            .flat_map(|facet| &facet.tags)
            .filter(|(other, _)| other.parent.as_ref() == Some(&tag.tag))
            .filter_map(|(other, _)| views.tag(&other.tag.to_string()))
            .collect();
        let words = &views.words;
        let mut facts = Vec::new();
        let active = tag.active.as_ref().map(|active| active.replace('/', "–"));
        for (word, text) in [
            (
                "people",
                (!tag.people.is_empty()).then(|| tag.people.join(", ")),
            ),
            ("active", active),
            ("place", tag.place.clone()),
        ] {
            if let Some(text) = text {
                facts.push(Fact {
                    label: words.get(word).to_owned(),
                    text,
                    href: None,
                });
            }
        }
        let events: Vec<Value> = tag
            .events
            .iter()
            .map(|TagEvent { date, what }| context! { label => date.replace('/', "–"), text => what })
            .collect();
        let coins = self.coins(&view.works);
        self.page(
            &format!("tags/{}.html", view.file),
            "tag.html",
            "tags/index.html",
            &view.label,
            context! {
                facet => context! { id => format!("facet-{}", tag.tag.facet), label => facet },
                parent => value(parent),
                description => tag.description.as_deref(),
                facts => value(&facts),
                children => value(children),
                events => events,
                works_text => words.works(view.works.len()),
                works => value(views.at(&view.works)),
                coins => coins,
            },
        )
    }

    fn matrix(&mut self) -> Result<(), E> {
        if !has_matrix(self.site) {
            return Ok(());
        }
        let (content, views) = (self.site.content, &self.site.views);
        let used = |name: &str| -> Vec<&TagView> {
            let facets = content.facets.iter().zip(&views.tags);
            facets
                .filter(|(facet, _)| facet.name == name)
                .flat_map(|(_, tags)| tags)
                .filter(|tag| tag.count > 0)
                .collect()
        };
        let (movements, themes) = (used("movement"), used("theme"));
        let name = |tag: &TagView| {
            tag.name
                .split_once(':')
                .map_or(String::new(), |(_, name)| name.to_owned())
        };
        let rows: Vec<Value> = themes
            .iter()
            .map(|theme| {
                let cells: Vec<Value> = movements
                    .iter()
                    .map(|movement| {
                        let count = common(&theme.works, &movement.works);
                        context! {
                            count => count,
                            label => format!("{}, {}: {}", theme.label, movement.label, views.words.works(count)),
                            state => format!(
                                "movement={}&theme={}",
                                crate::output::percent_encode_value(&name(movement)),
                                crate::output::percent_encode_value(&name(theme))
                            ),
                        }
                    })
                    .collect();
                context! { path => theme.path.as_str(), label => theme.label.as_str(), cells => cells }
            })
            .collect();
        self.page(
            "matrix.html",
            "matrix.html",
            "matrix.html",
            views.words.get("matrix"),
            context! { columns => value(movements), rows => rows },
        )
    }

    fn lists(&mut self) -> Result<(), E> {
        let (content, views) = (self.site.content, &self.site.views);
        if content.lists.is_empty() {
            return Ok(());
        }
        self.page(
            "lists/index.html",
            "lists.html",
            "lists/index.html",
            views.words.get("lists"),
            context! { lists => value(&views.lists) },
        )?;
        for (list, view) in content.lists.iter().zip(&views.lists) {
            let snapshots: Vec<Value> = list
                .snapshots
                .iter()
                .zip(&view.snapshots)
                .map(|(snapshot, file)| {
                    context! {
                        label => snapshot.name.as_str(),
                        date => snapshot.saved_at.split('T').next(),
                        path => crate::output::percent_encode(&format!("lists/{}/{file}.html", view.file), "?#"),
                    }
                })
                .collect();
            self.list(
                &format!("lists/{}.html", view.file),
                &list.list,
                view,
                None,
                snapshots,
            )?;
            for (snapshot, file) in list.snapshots.iter().zip(&view.snapshots) {
                let path = format!("lists/{}/{file}.html", view.file);
                self.list(
                    &path,
                    &snapshot.list,
                    view,
                    Some(&snapshot.name),
                    Vec::new(),
                )?;
            }
        }
        Ok(())
    }

    fn list(
        &mut self,
        path: &str,
        list: &ReadingList,
        view: &super::views::ListView,
        snapshot: Option<&str>,
        snapshots: Vec<Value>,
    ) -> Result<(), E> {
        let (content, views) = (self.site.content, &self.site.views);
        let root = "../".repeat(path.matches('/').count());
        let metadata = crate::output::MetadataIndex::of_pairs(
            content.works.iter().map(|work| (&work.work, &work.item)),
        );
        let body = html::reading_list_with_pages(list, &metadata, &|key| {
            let position = views.positions.get(key)?;
            Some(format!("{root}{}", views.works.get(*position)?.path))
        });
        let title = list.title.clone().unwrap_or_else(|| view.title.clone());
        let body = if list.title.is_none() {
            format!(
                "<h1>{}</h1>\n{body}",
                html::rich_text(&[crate::csl::Inline::Text(title.clone())])
            )
        } else {
            body
        };
        self.page(
            path,
            "list.html",
            "lists/index.html",
            &title,
            context! {
                body => body,
                hanging => list.layout.hanging_indent,
                snapshot => snapshot,
                list_path => view.path.as_str(),
                snapshots => snapshots,
            },
        )
    }

    /// Draws the timeline, with links to the pages of the works.
    fn timeline_picture(&self) -> Option<String> {
        let (content, views) = (self.site.content, &self.site.views);
        let works = content.works.iter().map(|work| (&work.work, &work.item));
        let movements = content.facets.iter().find(|facet| facet.name == "movement");
        let request = TimelineRequest {
            title: Some(views.words.get("timeline").to_owned()),
            facet: "movement",
            tags: movements
                .map(|facet| facet.tags.as_slice())
                .unwrap_or_default(),
            with_empty_lanes: false,
            language: &content.language,
        };
        let mut timeline = Timeline::of_read(works, request);
        timeline.first_year.as_ref()?;
        for work in timeline.lanes.iter_mut().flat_map(|lane| &mut lane.works) {
            let position = views.positions.get(&work.key);
            let page = position.and_then(|position| views.works.get(*position));
            work.link = page.map(|page| page.path.clone());
        }
        let look = timeline_svg::SvgOptions {
            theme: Theme::Auto,
            width: TIMELINE_WIDTH,
            on_a_page: true,
            id: "timeline",
        };
        Some(html_page::timeline_figure(&timeline, &look))
    }

    fn timeline(&mut self) -> Result<(), E> {
        if !has_years(self.site) {
            return Ok(());
        }
        let (content, views) = (self.site.content, &self.site.views);
        let mut by_year: BTreeMap<i32, Vec<&WorkView>> = BTreeMap::new();
        for (work, view) in content.works.iter().zip(&views.works) {
            if let Some(year) = crate::reading_list::original_year((&work.work, &work.item)) {
                by_year.entry(year).or_default().push(view);
            }
        }
        let headings = HeadingTranslations::in_language(&content.language);
        let rows: Vec<Value> = by_year
            .iter()
            .map(|(year, works)| {
                context! { year => headings.year(*year), works => value(works) }
            })
            .collect();
        let timeline = self.timeline_picture();
        self.page(
            "timeline.html",
            "timeline.html",
            "timeline.html",
            views.words.get("timeline"),
            context! { timeline => timeline, rows => rows },
        )
    }

    fn authors(&mut self) -> Result<(), E> {
        let (content, views) = (self.site.content, &self.site.views);
        let mut by_author: BTreeMap<(String, String), Vec<&WorkView>> = BTreeMap::new();
        for (work, view) in content.works.iter().zip(&views.works) {
            for name in work.item.principal_names() {
                let name_text = name.inverted();
                if name_text.is_empty() || name_text == "others" {
                    continue;
                }
                by_author
                    .entry((fold(&name_text), name_text))
                    .or_default()
                    .push(view);
            }
        }
        let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
        for (number, ((sort, name), works)) in by_author.iter().enumerate() {
            let label = initial(sort);
            let author = context! {
                id => format!("author-{}", number + 1),
                name => name,
                works => value(works),
            };
            match groups.last_mut() {
                Some((last, authors)) if *last == label => authors.push(author),
                _ => groups.push((label, vec![author])),
            }
        }
        let groups: Vec<Value> = groups
            .into_iter()
            .enumerate()
            .map(|(number, (label, authors))| {
                context! { id => format!("group-{}", number + 1), label => label, authors => authors }
            })
            .collect();
        self.page(
            "authors.html",
            "authors.html",
            "authors.html",
            views.words.get("authors"),
            context! { groups => groups },
        )
    }

    fn about(&mut self) -> Result<(), E> {
        let (content, views) = (self.site.content, &self.site.views);
        let downloads = [("bib", "BibLaTeX"), ("ris", "RIS"), ("json", "CSL-JSON")].map(
            |(extension, label)| {
                context! {
                    path => format!("downloads/library.{extension}"),
                    label => format!("{} ({label})", views.words.get("library")),
                }
            },
        );
        self.page(
            "about.html",
            "about.html",
            "about.html",
            views.words.get("about"),
            context! {
                about_text => format!("{}: {}.", content.title, views.words.works(content.works.len())),
                downloads => downloads.to_vec(),
            },
        )
    }

    /// Returns the metadata of works as COinS.
    fn coins(&self, positions: &[usize]) -> String {
        if positions.len() > MOST_COINS {
            return String::new();
        }
        let works = positions
            .iter()
            .filter_map(|position| self.site.content.works.get(*position));
        let mut spans = String::new();
        for work in works {
            let metadata = ItemMetadata {
                reference: &work.work,
                item: &work.item,
            };
            spans.push_str(&html::coins_span(&coins::context_object(metadata)));
        }
        spans
    }
}

/// Adds the context to a JSON-LD object.
fn context_of(mut object: serde_json::Value) -> serde_json::Value {
    if let Some(map) = object.as_object_mut() {
        map.insert("@context".to_owned(), "https://schema.org".into());
    }
    object
}

/// Returns the number of values that two sorted slices share.
fn common(one: &[usize], other: &[usize]) -> usize {
    one.iter()
        .filter(|value| other.binary_search(value).is_ok())
        .count()
}

/// Returns the first letter as the heading of a group, or `#` if there is none.
fn initial(text: &str) -> String {
    // Thai and Lao sort a word by its consonant, even if a vowel is written before it.
    let is_leading_vowel = |c: char| matches!(c, '\u{e40}'..='\u{e44}' | '\u{ec0}'..='\u{ec4}');
    match text.trim_start_matches(is_leading_vowel).chars().next() {
        Some(first) if first.is_alphabetic() => first.to_uppercase().to_string(),
        _ => "#".to_owned(),
    }
}

fn groups<'v>(works: Vec<&'v WorkView>, label: impl Fn(usize) -> String) -> Vec<PageGroup<'v>> {
    let mut groups: Vec<PageGroup<'v>> = Vec::new();
    for (position, work) in works.into_iter().enumerate() {
        push(&mut groups, label(position), work);
    }
    groups
}

fn sorted_groups<'v>(
    order: &[usize],
    works: &'v [WorkView],
    label: impl Fn(usize) -> String,
) -> Vec<PageGroup<'v>> {
    let mut groups: Vec<PageGroup<'v>> = Vec::new();
    for position in order {
        if let Some(work) = works.get(*position) {
            push(&mut groups, label(*position), work);
        }
    }
    groups
}

fn push<'v>(groups: &mut Vec<PageGroup<'v>>, label: String, work: &'v WorkView) {
    match groups.last_mut() {
        Some(last) if last.label == label => last.works.push(work),
        _ => groups.push(PageGroup {
            id: format!("group-{}", groups.len() + 1),
            label,
            works: vec![work],
        }),
    }
}

/// Converts a value for a template.
fn value(serialized: impl Serialize) -> Value {
    Value::from(Serde(serialized))
}
