//! `peerbib add` with identifiers, against a server that stands in for every service.

use super::metadata_server::{MetadataServer, Reply};
use super::test_env::TestEnvironment;

/// What doi.org sends for an article, as Crossref writes it.
pub(crate) const ARTICLE: &str = r#"{
  "type": "journal-article", "title": "COASE&amp;#39;S PENGUIN, OR, LINUX AND THE NATURE OF THE FIRM",
  "container-title": "The Yale Law Journal", "publisher": "JSTOR", "volume": "112", "issue": "3",
  "page": "369", "DOI": "10.2307/1562247", "URL": "http://dx.doi.org/10.2307/1562247", "ISSN": ["0044-0094"],
  "author": [{"given": "YOCHAI", "family": "BENKLER", "sequence": "first", "affiliation": []}],
  "issued": {"date-parts": [[2002, 12]]}, "abstract": "<jats:p>For &lt;b&gt;decades&lt;/b&gt;\u001b[31m</jats:p>",
  "reference-count": 3, "license": [{"URL": "x"}], "score": 1.0, "subject": ["Law"],
  "event": {"name": "A"}, "language": "en"}"#;

fn entry(env: &TestEnvironment) -> String {
    env.runs("export --to biblatex").stdout
}

#[test]
fn a_doi_becomes_a_clean_entry() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    server.on("/doi.org/10.2307/1562247", [Reply::json(ARTICLE)]);
    let run = server.run(&env, &["add", "https://doi.org/10.2307/1562247"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    insta::assert_snapshot!(run.stderr, @r#"added benkler2002coase: Coase's Penguin, or, Linux and the Nature of the Firm (from doi.org)"#);
    insta::assert_snapshot!(entry(&env), @r#"
    @article{benkler2002coase,
      author       = {Benkler, Yochai},
      title        = {Coase's Penguin, or, Linux and the Nature of the Firm},
      journaltitle = {The Yale Law Journal},
      date         = {2002-12},
      number       = {3},
      volume       = {112},
      abstract     = {For decades[31m},
      issn         = {0044-0094},
      pages        = {369},
      doi          = {10.2307/1562247},
      langid       = {english},
    }
    "#);
    let arrived = &server.arrived()[0];
    assert_eq!(
        arrived.headers["accept"],
        "application/vnd.citationstyles.csl+json"
    );
    assert!(arrived.headers["user-agent"].starts_with("peerbib/"));
    let why = env.runs("why benkler2002coase").stdout;
    assert!(
        why.contains("doi.org (https://doi.org/10.2307/1562247)"),
        "{why}"
    );
}

#[test]
fn a_work_that_is_in_the_library_is_not_added_again() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    server.on("/doi.org/10.2307/1562247", [Reply::json(ARTICLE)]);
    server.run(&env, &["add", "10.2307/1562247"]);
    let run = server.run(&env, &["add", "doi:10.2307/1562247"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stderr
            .contains("already in the library: benkler2002coase"),
        "{}",
        run.stderr
    );
    assert_eq!(server.urls().len(), 1);
    assert_eq!(env.keys("").len(), 1);
}

#[test]
fn several_identifiers_are_one_step_and_rules_tag_them() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    env.runs("init");
    env.runs("tags add theme:firm");
    env.runs("rules add coase --when title:coase --then theme:firm");
    server
        .on("/doi.org/10.2307/1562247", [Reply::json(ARTICLE)])
        .on("/openlibrary.org/api/books?bibkeys=ISBN:9780300110562&jscmd=data&format=json", [Reply::json(
            r#"{"ISBN:9780300110562": {"url": "https://openlibrary.org/books/OL3416023M", "title": "The wealth of networks",
                "subtitle": "how social production transforms markets and freedom", "authors": [{"name": "Yochai Benkler"}],
                "publishers": [{"name": "Yale University Press"}], "publish_places": [{"name": "New Haven [Conn.]"}],
                "publish_date": "2006", "number_of_pages": 515, "identifiers": {"isbn_10": ["0300110561"]}}}"#)])
        .on("/export.arxiv.org/api/query?id_list=cs/0109077&max_results=1", [Reply::typed("application/atom+xml",
            r#"<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><entry>
               <id>http://arxiv.org/abs/cs/0109077v2</id><published>2001-09-20T00:00:00Z</published>
               <title>Coase's Penguin, or, Linux and the
                 Nature of the Firm</title><summary>For decades</summary><author><name>Yochai Benkler</name></author>
               <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.CY"/></entry></feed>"#)]);
    let input = "10.2307/1562247\n978-0-300-11056-2 arXiv:cs/0109077\n\n10.2307/1562247\n";
    let run = server.run_with(&env, &["add", "-"], &[], input);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    insta::assert_snapshot!(entry(&env), @r#"
    @article{benkler2002coase,
      author       = {Benkler, Yochai},
      title        = {Coase's Penguin, or, Linux and the Nature of the Firm},
      journaltitle = {The Yale Law Journal},
      date         = {2002-12},
      number       = {3},
      volume       = {112},
      abstract     = {For decades[31m},
      issn         = {0044-0094},
      pages        = {369},
      doi          = {10.2307/1562247},
      langid       = {english},
    }

    @book{benkler2006wealth,
      author    = {Benkler, Yochai},
      title     = {The wealth of networks: how social production transforms markets and freedom{}},
      date      = {2006},
      publisher = {Yale University Press},
      location  = {New Haven [Conn.]},
      pagetotal = {515},
      isbn      = {9780300110562},
    }

    @online{benkler2001coase,
      entrysubtype = {article},
      author       = {Benkler, Yochai},
      title        = {Coase's Penguin, or, Linux and the Nature of the Firm},
      date         = {2001-09-20},
      abstract     = {For decades},
      url          = {https://arxiv.org/abs/cs/0109077},
      eprint       = {cs/0109077},
      eprinttype   = {arxiv},
      eprintclass  = {cs.CY},
    }
    "#);
    assert_eq!(env.keys("theme:firm").len(), 2);
    env.runs("undo");
    assert_eq!(env.keys("").len(), 0);
}

#[test]
fn a_title_finds_the_work_by_the_author_and_not_its_review() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    server.on("/api.crossref.org/works?query.bibliographic=", [Reply::json(
        r#"{"status": "ok", "message-type": "work-list", "message": {"items": [
            {"DOI": "10.1/review", "type": "journal-article", "title": ["The Wealth of Networks"],
             "author": [{"given": "Ann", "family": "Other"}], "issued": {"date-parts": [[2007]]}},
            {"DOI": "10.12987/9780300127232", "type": "book", "title": ["The Wealth of Networks"], "subtitle": ["How Social Production Transforms"],
             "author": [{"given": "Yochai", "family": "Benkler"}], "issued": {"date-parts": [[2006]]}, "publisher": "Yale"}]}}"#)]);
    let run = server.run(
        &env,
        &[
            "add",
            "--title",
            "the wealth of networks",
            "--author",
            "Benkler",
        ],
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(entry(&env).contains("10.12987/9780300127232"));
    let run = server.run(
        &env,
        &[
            "add",
            "--title",
            "The Wealth of Nations",
            "--author",
            "Smith",
        ],
    );
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("doi:10.1/review"), "{}", run.stderr);
}

#[test]
fn an_address_is_asked_of_citoid_and_then_of_the_page() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    server
        .on("/en.wikipedia.org/api/rest_v1/data/citation/zotero/https%3A%2F%2Fa.org%2Fblog", [Reply::json(
            r#"[{"key": "X", "itemType": "blogPost", "title": "Peer Production &amp; Commons", "date": "2010-05-01", "language": "en-US",
                 "creators": [{"firstName": "Michel", "lastName": "Bauwens", "creatorType": "author"}], "blogTitle": "P2P Blog",
                 "url": "https://a.org/blog", "accessDate": "2024-01-01"}]"#)])
        .on("/en.wikipedia.org/api/rest_v1/data/citation/zotero/https%3A%2F%2Fwiki", [Reply::status(503)])
        .on("/wiki.p2pfoundation.net/Oekonux", [Reply::typed("text/html; charset=utf-8",
            "<!DOCTYPE html><html lang=en><head><title>Oekonux - P2P Foundation</title><meta property=\"og:title\" content=\"Oekonux\">\
             <meta property=\"og:site_name\" content=\"P2P Foundation\"></head>")]);
    let run = server.run(
        &env,
        &[
            "add",
            "https://a.org/blog",
            "https://wiki.p2pfoundation.net/Oekonux",
        ],
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let text = entry(&env);
    let undated = regex::Regex::new(r"urldate\s+= \{\d{4}-\d\d-\d\d\}").unwrap();
    assert_eq!(undated.find_iter(&text).count(), 2, "{text}");
    insta::assert_snapshot!(undated.replace_all(&text, "urldate = {TODAY}"), @r#"
    @online{bauwens2010peer,
      entrysubtype = {post-weblog},
      author       = {Bauwens, Michel},
      title        = {Peer Production \& Commons},
      booktitle    = {{P2P} Blog},
      date         = {2010-05-01},
      url          = {https://a.org/blog},
      langid       = {american},
      urldate = {TODAY},
    }

    @online{oekonux,
      title     = {Oekonux},
      booktitle = {{P2P} Foundation},
      url       = {https://wiki.p2pfoundation.net/Oekonux},
      langid    = {english},
      urldate = {TODAY},
    }
    "#);
    let again = server.run(&env, &["add", "https://wiki.p2pfoundation.net/Oekonux"]);
    assert!(
        again.stderr.contains("already in the library"),
        "{}",
        again.stderr
    );
}

#[test]
fn other_numbers_are_asked_of_their_services() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    let csl = |title: &str| {
        Reply::json(&format!(
            r#"{{"type": "article-journal", "title": "{title}", "issued": {{"date-parts": [["2012", 1]]}}}}"#
        ))
    };
    server
        .on("/api.ncbi.nlm.nih.gov/lit/ctxp/v1/pubmed/?format=csl&id=22368089", [csl("By PMID")])
        .on("/api.ncbi.nlm.nih.gov/lit/ctxp/v1/pmc/?format=csl&id=3531190", [csl("By PMCID")])
        .on("/api.openalex.org/works/W2741809807", [Reply::json(
            r#"{"id": "https://openalex.org/W2741809807", "doi": null, "title": "By OpenAlex", "type": "article", "publication_year": 2018,
                "publication_date": "2018-02-13", "authorships": [{"author": {"display_name": "Heather Piwowar"}}],
                "primary_location": {"source": {"display_name": "PeerJ", "issn_l": "2167-8359", "type": "journal"}},
                "biblio": {"volume": "6", "issue": null, "first_page": "e4375", "last_page": "e4375"},
                "abstract_inverted_index": {"Despite": [0], "access": [1, 3], "open": [2]}}"#)])
        .on("/www.wikidata.org/wiki/Special:EntityData/Q43649390.json", [Reply::json(
            r#"{"entities": {"Q43649390": {"labels": {}, "claims": {
                "P31": [{"mainsnak": {"datavalue": {"value": {"id": "Q571"}}}, "rank": "normal"}],
                "P1476": [{"mainsnak": {"datavalue": {"value": {"text": "By Wikidata", "language": "en"}}}, "rank": "normal"}],
                "P50": [{"mainsnak": {"datavalue": {"value": {"id": "Q92894"}}}, "rank": "normal"}],
                "P577": [{"mainsnak": {"datavalue": {"value": {"time": "+2006-00-00T00:00:00Z", "precision": 9}}}, "rank": "normal"}]}}}}"#)])
        .on("/www.wikidata.org/w/api.php?action=wbgetentities&ids=Q92894", [Reply::json(
            r#"{"entities": {"Q92894": {"labels": {"en": {"language": "en", "value": "Yochai Benkler"}}}}}"#)])
        .on("/sru.k10plus.de/opac-de-627", [Reply::typed("text/xml",
            r#"<zs:searchRetrieveResponse xmlns:zs="http://www.loc.gov/zing/srw/"><zs:numberOfRecords>1</zs:numberOfRecords><zs:records><zs:record><zs:recordData>
               <record xmlns="http://www.loc.gov/MARC21/slim"><controlfield tag="008">990101s1999    gw            000 0 ger c</controlfield>
               <datafield tag="020"><subfield code="a">3930559595</subfield></datafield>
               <datafield tag="100"><subfield code="a">Gorz, André</subfield><subfield code="4">aut</subfield></datafield>
               <datafield tag="245"><subfield code="a">Das Beispiel :</subfield><subfield code="b">ein Untertitel /</subfield></datafield>
               <datafield tag="264"><subfield code="a">Berlin :</subfield><subfield code="b">Verlag,</subfield><subfield code="c">[1999]</subfield></datafield>
               <datafield tag="300"><subfield code="a">212 S.</subfield></datafield></record>
               </zs:recordData></zs:record></zs:records></zs:searchRetrieveResponse>"#)])
        .on("/openlibrary.org/", [Reply::json("{}")]);
    let run = server.run(
        &env,
        &[
            "add",
            "pmid:22368089",
            "PMC3531190",
            "W2741809807",
            "Q43649390",
            "3930559595",
        ],
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    insta::assert_snapshot!(entry(&env), @r#"
    @article{2012pmid,
      title = {By {PMID}},
      date  = {2012-01},
      pmid  = {22368089},
    }

    @article{2012pmcid,
      title = {By {PMCID}},
      date  = {2012-01},
      pmcid = {PMC3531190},
    }

    @article{piwowar2018openalex,
      author       = {Piwowar, Heather},
      title        = {By {OpenAlex}},
      journaltitle = {PeerJ},
      date         = {2018-02-13},
      volume       = {6},
      abstract     = {Despite access open access},
      issn         = {2167-8359},
      pages        = {e4375},
    }

    @book{benkler2006wikidata,
      author = {Benkler, Yochai},
      title  = {By Wikidata},
      date   = {2006},
    }

    @book{gorz1999beispiel,
      author    = {Gorz, André},
      title     = {Das Beispiel: ein Untertitel},
      date      = {1999},
      publisher = {Verlag},
      location  = {Berlin},
      pagetotal = {212},
      isbn      = {9783930559596},
      langid    = {ngerman},
    }
    "#);
}

#[test]
fn what_is_no_identifier_is_refused_before_anything_is_asked() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    let run = server.run(&env, &["add", "10.2307/1562247", "Oekonux"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr
            .contains("neither an identifier nor an entry: Oekonux"),
        "{}",
        run.stderr
    );
    assert!(server.urls().is_empty());
}

#[test]
fn the_cache_answers_offline_and_revalidates() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    let fresh = Reply::json(ARTICLE).with("ETag", "\"one\"");
    server.on(
        "/doi.org/10.2307/1562247",
        [fresh, Reply::Body(304, Vec::new(), Vec::new())],
    );
    let run = server.run(&env, &["add", "10.2307/1562247", "--offline"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("not in the cache"), "{}", run.stderr);
    assert!(server.urls().is_empty());
    assert_eq!(server.run(&env, &["add", "10.2307/1562247"]).code, Some(0));
    env.runs("undo");
    assert_eq!(
        server
            .run(&env, &["add", "10.2307/1562247", "--offline"])
            .code,
        Some(0)
    );
    assert_eq!(server.urls().len(), 1);
    env.runs("undo");
    assert_eq!(
        server
            .run(&env, &["add", "10.2307/1562247", "--refresh"])
            .code,
        Some(0)
    );
    assert_eq!(server.arrived()[1].headers["if-none-match"], "\"one\"");
}

#[test]
fn the_email_of_the_configuration_is_in_the_user_agent() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    env.runs("config set lookup.email ada@example.org");
    server.run(&env, &["add", "10.2307/1562247"]);
    let agent = &server.arrived()[0].headers["user-agent"];
    assert!(agent.ends_with(" (mailto:ada@example.org)"), "{agent}");
}

#[test]
fn a_host_can_have_a_server_of_its_own_and_services_get_their_keys() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::empty());
    let base = server.base();
    env.runs(&format!(
        "config set lookup.bases api.crossref.org={base}/mirror,api.openalex.org={base}/alex/"
    ));
    env.runs("config set lookup.keys crossref=s3cret,openalex=0ther");
    server.on("/mirror/works?query.bibliographic=", [Reply::json(
        r#"{"status": "ok", "message-type": "work-list", "message": {"items": [
            {"DOI": "10.12987/9780300127232", "type": "book", "title": ["The Wealth of Networks"],
             "author": [{"given": "Yochai", "family": "Benkler"}], "issued": {"date-parts": [[2006]]}}]}}"#)]);
    let title = "The Wealth of Networks";
    let run = env.peerbib(&["add", "--title", title, "--author", "Benkler"], "");
    assert!(
        entry(&env).contains("10.12987/9780300127232"),
        "{}",
        run.stderr
    );
    let arrived = server.arrived();
    let crossref = &arrived[0];
    assert_eq!(crossref.headers["crossref-plus-api-token"], "s3cret");
    assert!(!crossref.url.contains("0ther"));
    let alex = &arrived[1];
    assert!(alex.url.starts_with("/alex/works?"), "{}", alex.url);
    assert!(alex.url.ends_with("&api_key=0ther"), "{}", alex.url);
    // A key is in no message and no source.
    let shown = run.stdout + &run.stderr + &env.runs("why benkler2006wealth").stdout;
    assert!(
        !shown.contains("s3cret") && !shown.contains("0ther"),
        "{shown}"
    );
    assert!(shown.contains("https://api.crossref.org/works/"), "{shown}");
    let error = env.refuses(2, "config set lookup.keys nature=x");
    assert!(error.contains("crossref, openalex, pubmed"), "{error}");
}

#[test]
fn pubmed_is_asked_for_its_record_if_its_exporter_does_not_answer() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::bare());
    env.runs("config set lookup.keys pubmed=s3cret");
    let record = |database: &str, number: &str, text: &str| {
        let path = format!(
            "/eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi?db={database}&id={number}&rettype=medline&retmode=text"
        );
        server.on(&path, [Reply::typed("text/plain; charset=UTF-8", text)]);
    };
    server.on("/api.ncbi.nlm.nih.gov/", [Reply::status(500)]);
    record(
        "pubmed",
        "31000001",
        "\nPMID- 31000001\nOWN - NLM\nDP  - 2019 May\nTI  - Open hardware for the commons: lessons from\n      \
         \u{c5}lesund.\nPG  - 512-21\nLID - 10.1000/xyz [doi]\nFAU - S\u{f8}nderg\u{e5}rd, \u{c5}se\nLA  - eng\n\
         PT  - Journal Article\nJT  - Nature biotechnology\nVI  - 37\nIP  - 5\n\n",
    );
    record(
        "pmc",
        "3531190",
        "PMC - PMC3531190\nPMID- 23193287\nDP  - 2013\nTI  - Another one.\nFAU - Benson, Dennis A\nJT  - Nucleic acids\n",
    );
    let run = server.run(&env, &["add", "pmid:31000001", "PMC3531190"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    insta::assert_snapshot!(entry(&env), @r"
    @article{sondergard2019open,
      author       = {Søndergård, Åse},
      title        = {Open hardware for the commons: lessons from {Ålesund}{}},
      journaltitle = {Nature biotechnology},
      date         = {2019-05},
      number       = {5},
      volume       = {37},
      pmid         = {31000001},
      pages        = {512--21},
      doi          = {10.1000/xyz},
      langid       = {english},
    }

    @article{benson2013another,
      author       = {Benson, Dennis A},
      title        = {Another one},
      journaltitle = {Nucleic acids},
      date         = {2013},
      pmid         = {23193287},
      pmcid        = {PMC3531190},
    }
    ");
    assert!(
        server
            .urls()
            .iter()
            .any(|url| url.contains("efetch.fcgi") && url.contains("api_key=s3cret"))
    );

    // An unknown number, and answers that are no records.
    let env = TestEnvironment::bare();
    record(
        "pubmed",
        "999",
        "\n1. id: 999 Error occurred: The following PMID is not available: 999\n",
    );
    record("pubmed", "998", "<html>Sign in</html>");
    record("pubmed", "997", "PMID- 31000001\nTI  - Another work.\n");
    for number in ["999", "998", "997"] {
        let run = server.run(&env, &["add", &format!("pmid:{number}")]);
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(env.keys("").is_empty(), "{number}");
    }
}

#[test]
fn a_key_does_not_follow_a_redirect_to_another_host() {
    let (server, env) = (MetadataServer::start(), TestEnvironment::empty());
    env.runs("config set lookup.keys crossref=s3cret,openalex=0ther");
    server.on(
        "/api.openalex.org/",
        [Reply::redirect("/example.org/elsewhere")],
    );
    server.run(&env, &["add", "W2741809807"]);
    let arrived = server.arrived();
    let elsewhere = arrived
        .iter()
        .find(|request| request.url.starts_with("/example.org/"));
    let elsewhere = elsewhere.unwrap();
    assert!(!elsewhere.url.contains("0ther"), "{}", elsewhere.url);
}
