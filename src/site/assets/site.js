// Search and filters for the page of all works, and copy buttons. Without this script, the site shows everything
// that it shows with it. The works come from `works.js`; texts are set with `textContent`, so no text from an entry
// is ever read as HTML.
(function () {
  "use strict";

  document.documentElement.classList.add("scripted");

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("button[data-copy]");
    if (!button) { return; }
    var source = document.getElementById(button.dataset.copy);
    copy(source.textContent, function () {
      var label = button.textContent;
      button.textContent = button.dataset.done;
      setTimeout(function () { button.textContent = label; }, 2000);
    });
  });

  function copy(text, done) {
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done, function () { copyBySelection(text, done); });
    } else {
      copyBySelection(text, done);
    }
  }

  // Pages that are opened from disk may not use the clipboard directly.
  function copyBySelection(text, done) {
    var area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("readonly", "");
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.appendChild(area);
    area.select();
    var copied = document.execCommand("copy");
    area.remove();
    if (copied) { done(); }
  }

  var data = window.peerbibWorks;
  var form = document.getElementById("search");
  if (!data || !form) { return; }

  var input = form.querySelector("input");
  var status = document.getElementById("status");
  var list = document.getElementById("results");
  var everything = document.getElementById("everything");
  var panel = document.getElementById("facets");
  var more = document.getElementById("more");
  var clear = document.getElementById("clear");
  var PAGE = 100;
  var shown = PAGE;
  var words = data.words;
  var facets = data.facets;

  // A work is an array: file, key, authors, year, title, further text, and the numbers of its values for each facet.
  var FILE = 0, KEY = 1, AUTHORS = 2, YEAR = 3, TITLE = 4, TEXT = 5, VALUES = 6;

  function fold(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f\u0591-\u05c7\u064b-\u065f]/g, "").toLowerCase()
      .replace(/\u00df/g, "ss").replace(/\u00f8/g, "o").replace(/\u0142/g, "l").replace(/\u0131/g, "i")
      .replace(/\u00e6/g, "ae").replace(/\u0153/g, "oe").replace(/\u03c2/g, "\u03c3");
  }

  // The text of each work for searching, prepared at the first search. A space before each word makes a search for
  // " word" a search for the beginning of a word; scripts without spaces are searched anywhere.
  var prepared = null;
  function prepare() {
    if (prepared) { return prepared; }
    prepared = data.works.map(function (work) {
      function split(text) { return " " + fold(text).split(/[^\p{L}\p{N}]+/u).join(" ") + " "; }
      return {
        author: split(work[AUTHORS]),
        title: split(work[TITLE]),
        any: split([work[AUTHORS], work[TITLE], work[YEAR] || "", work[TEXT], work[KEY]].concat(
          labels(work)).join(" "))
      };
    });
    return prepared;
  }

  function labels(work) {
    var all = [];
    facets.forEach(function (facet, number) {
      work[VALUES][number].forEach(function (value) { all.push(facet.values[value].label); });
    });
    return all;
  }

  // Parses a query: words, "phrases", author:, title:, year:2002..2006, facet:value, and each of them with - before it.
  function parse(text) {
    var terms = [];
    var pattern = /(-)?(?:([\p{L}][\p{L}\p{N}-]*):)?(?:"([^"]*)"?|([^\s"]+))/gu;
    var match;
    while ((match = pattern.exec(text)) !== null) {
      var field = match[2] ? match[2].toLowerCase() : "";
      var value = match[3] !== undefined ? match[3] : match[4];
      terms.push({ not: Boolean(match[1]), field: field, value: value, phrase: match[3] !== undefined });
    }
    return terms.map(predicate);
  }

  function predicate(term) {
    var test = tester(term);
    return term.not ? function (work, text) { return !test(work, text); } : test;
  }

  function tester(term) {
    if (term.field === "year") {
      var bounds = /^(-?\d+)?(\.\.)?(-?\d+)?$/.exec(term.value);
      if (!bounds || (bounds[1] === undefined && bounds[3] === undefined)) { return function () { return true; }; }
      var from = bounds[1] === undefined ? -Infinity : Number(bounds[1]);
      var to = bounds[3] !== undefined ? Number(bounds[3]) : (bounds[2] ? Infinity : from);
      return function (work) { return work[YEAR] !== null && work[YEAR] >= from && work[YEAR] <= to; };
    }
    var number = facets.findIndex(function (facet) { return facet.name === term.field; });
    if (number >= 0) {
      var wanted = fold(term.value);
      var values = facets[number].values.map(function (value) {
        return fold(value.name) === wanted || fold(value.label) === wanted ||
          fold(value.label).indexOf(wanted) === 0 || fold(value.name).indexOf(wanted) === 0;
      });
      return function (work) { return work[VALUES][number].some(function (value) { return values[value]; }); };
    }
    var needles = fold(term.value).split(/[^\p{L}\p{N}]+/u).filter(Boolean).map(needle);
    if (term.phrase && needles.length) { needles = [" " + fold(term.value).split(/[^\p{L}\p{N}]+/u).filter(Boolean).join(" ")]; }
    var part = term.field === "author" || term.field === "title" ? term.field : "any";
    return function (work, text) {
      return needles.every(function (needle) { return text[part].indexOf(needle) >= 0; });
    };
  }

  function needle(word) {
    return /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(word)
      ? word : " " + word;
  }

  // The state of the page is in the fragment of the address, which also works for pages opened from disk.
  function readState() {
    var state = new URLSearchParams(location.hash.replace(/^#/, ""));
    input.value = state.get("q") || "";
    panel.querySelectorAll("input").forEach(function (box) {
      box.checked = state.getAll(box.name).indexOf(box.value) >= 0;
    });
    shown = PAGE;
    update();
  }

  function writeState(replace) {
    var state = new URLSearchParams();
    if (input.value.trim()) { state.set("q", input.value.trim()); }
    panel.querySelectorAll("input:checked").forEach(function (box) { state.append(box.name, box.value); });
    var hash = state.toString() ? "#" + state.toString() : "#";
    if (hash === (location.hash || "#")) { return; }
    if (replace) { history.replaceState(null, "", hash); } else { history.pushState(null, "", hash); }
  }

  function buildFacets() {
    var holder = panel.querySelector("div");
    facets.forEach(function (facet, number) {
      if (facet.values.length < 2) { return; }
      var set = document.createElement("fieldset");
      var legend = document.createElement("legend");
      legend.textContent = facet.label;
      set.appendChild(legend);
      var box = document.createElement("div");
      if (facet.values.length > 8) { box.className = "more"; box.tabIndex = 0; box.setAttribute("role", "group"); box.setAttribute("aria-label", facet.label); }
      facet.values.forEach(function (value, index) {
        var label = document.createElement("label");
        var check = document.createElement("input");
        check.type = "checkbox";
        check.name = facet.name;
        check.value = value.name;
        check.dataset.facet = number;
        check.dataset.index = index;
        var name = document.createElement("span");
        name.textContent = value.label;
        name.dir = "auto";
        var count = document.createElement("span");
        count.className = "count";
        label.append(check, name, count);
        box.appendChild(label);
      });
      set.appendChild(box);
      holder.appendChild(set);
    });
  }

  // Values of one facet are alternatives; different facets narrow the result. A count says how many works a value
  // has among those that the other facets and the query leave.
  function update() {
    var chosen = facets.map(function () { return []; });
    panel.querySelectorAll("input:checked").forEach(function (box) {
      chosen[Number(box.dataset.facet)].push(Number(box.dataset.index));
    });
    var terms = parse(input.value);
    var texts = terms.length ? prepare() : null;
    var counts = facets.map(function (facet) { return facet.values.map(function () { return 0; }); });
    var found = [];
    data.works.forEach(function (work, position) {
      var text = texts && texts[position];
      if (!terms.every(function (test) { return test(work, text); })) { return; }
      var misses = [];
      chosen.forEach(function (values, number) {
        if (values.length && !work[VALUES][number].some(function (value) { return values.indexOf(value) >= 0; })) {
          misses.push(number);
        }
      });
      facets.forEach(function (facet, number) {
        if (misses.length === 0 || (misses.length === 1 && misses[0] === number)) {
          work[VALUES][number].forEach(function (value) { counts[number][value] += 1; });
        }
      });
      if (misses.length === 0) { found.push(work); }
    });
    panel.querySelectorAll("input").forEach(function (box) {
      var count = counts[Number(box.dataset.facet)][Number(box.dataset.index)];
      var label = box.parentNode;
      label.querySelector(".count").textContent = count;
      label.classList.toggle("none", count === 0 && !box.checked);
    });
    var active = terms.length > 0 || chosen.some(function (values) { return values.length > 0; });
    everything.hidden = active;
    list.hidden = !active;
    clear.hidden = !active;
    var template = found.length === 1 ? words.one : words.many;
    status.textContent = found.length === 0 ? words.none : template.replace("{count}", found.length);
    show(active ? found : []);
  }

  function show(found) {
    list.textContent = "";
    found.slice(0, shown).forEach(function (work) {
      var item = document.createElement("li");
      var link = document.createElement("a");
      link.className = "title";
      link.href = work[FILE];
      link.textContent = work[TITLE];
      link.dir = "auto";
      var meta = document.createElement("span");
      meta.className = "meta";
      meta.dir = "auto";
      meta.textContent = [work[AUTHORS], work[YEAR]].filter(function (part) { return part !== "" && part !== null; }).join(", ");
      item.append(link, meta);
      list.appendChild(item);
    });
    more.hidden = found.length <= shown;
  }

  buildFacets();
  var typing = null;
  input.addEventListener("input", function () {
    clearTimeout(typing);
    typing = setTimeout(function () { shown = PAGE; update(); writeState(true); }, 60);
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    clearTimeout(typing);
    shown = PAGE;
    update();
    writeState(false);
  });
  panel.addEventListener("change", function () { shown = PAGE; update(); writeState(false); });
  more.addEventListener("click", function () {
    var before = shown;
    shown += PAGE;
    update();
    var next = list.children[before];
    if (next) { next.querySelector("a").focus(); }
  });
  clear.addEventListener("click", function () {
    input.value = "";
    panel.querySelectorAll("input").forEach(function (box) { box.checked = false; });
    shown = PAGE;
    update();
    writeState(false);
    input.focus();
  });
  document.addEventListener("keydown", function (event) {
    var typingIn = /^(input|textarea|select)$/i.test(document.activeElement.tagName);
    if (event.key === "/" && !typingIn && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
    if (event.key === "Escape" && document.activeElement === input && input.value) {
      input.value = "";
      update();
      writeState(true);
    }
  });
  window.addEventListener("hashchange", readState);
  window.addEventListener("popstate", readState);
  if (window.matchMedia("(min-width: 56rem)").matches) { panel.querySelector("details").open = true; }
  readState();
})();
