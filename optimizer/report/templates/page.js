"use strict";
// Search, sort, links into rows, and the theme. Without this script the page shows everything, unsorted.
// State lies in the fragment: "#<id>" is an element; "#<table>?search=lib&sort=-installed" a table and how it is looked at.
// A long table keeps a window of its rows in the document: laying out thousands on every key would take half a second.
document.documentElement.classList.add("scripted", "waiting");
document.addEventListener("DOMContentLoaded", () => {
  const WINDOW = 100;
  const NAMES = 60;
  const say = (words) => { document.getElementById("said").textContent = words; };
  const collator = new Intl.Collator("en", { numeric: true });
  const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  const make = (tag, words) => Object.assign(document.createElement(tag), { textContent: words || "" });

  class Table {
    constructor(element) {
      this.element = element;
      this.body = element.tBodies[0];
      this.rows = [...this.body.rows];
      this.order = this.rows; // all of them, sorted
      this.fitting = this.rows; // of these the ones that are searched for
      this.heads = [...element.tHead.rows[0].cells];
      this.sort = this.search = "";
      this.more = new Map();
      this.heads.forEach((head, column) => {
        if (!head.dataset.key) return;
        const button = make("button", head.textContent);
        button.type = "button";
        button.addEventListener("click", () => this.turn(column));
        head.replaceChildren(button);
      });
      if (this.rows.length > WINDOW) this.frame();
      this.show(0, WINDOW);
    }

    frame() {
      this.bar = make("p");
      this.bar.className = "window";
      this.place = make("span");
      const button = (words, act) => {
        const one = make("button", words);
        one.type = "button";
        one.className = "quiet";
        one.addEventListener("click", act);
        return one;
      };
      this.earlier = button("Earlier", () => this.show(this.from - WINDOW, this.from));
      this.later = button("Later", () => this.show(this.to, this.to + WINDOW));
      this.whole = button("Show all", () => this.show(0, this.rows.length));
      this.bar.append(this.place, this.earlier, this.later, this.whole);
      this.element.parentElement.after(this.bar);
    }

    show(from, to) { // the rows of the window and nothing else are in the document
      this.from = Math.max(0, Math.min(from, this.fitting.length - 1));
      this.to = Math.min(Math.max(to, this.from + WINDOW), this.fitting.length);
      const rows = this.fitting.slice(this.from, this.to);
      this.body.replaceChildren(...rows.flatMap((row) => (this.more.has(row) ? [row, this.more.get(row)] : [row])));
      if (!this.bar) return;
      const count = this.fitting.length;
      this.place.textContent = `Rows ${(this.from + 1).toLocaleString("en")} to ${this.to.toLocaleString("en")} of ${count.toLocaleString("en")}`;
      this.bar.hidden = count <= WINDOW;
      this.earlier.disabled = this.from === 0;
      this.later.disabled = this.to === count;
      this.whole.disabled = this.to - this.from === count;
    }

    texts() { // made once: every word of a row that a search looks at
      this.known ||= new Map(this.rows.map((row) => {
        const cells = [...row.cells].slice(0, 9).filter((cell) => !("v" in cell.dataset));
        return [row, cells.map((cell) => cell.textContent).join("\n").toLowerCase()];
      }));
      return this.known;
    }

    turn(column) {
      const key = this.heads[column].dataset.key;
      const falls = this.heads[column].classList.contains("number");
      const first = falls ? `-${key}` : key;
      const second = falls ? key : `-${key}`;
      this.look({ sort: this.sort === first ? second : first, search: this.search });
      this.remember();
      say(`sorted by ${this.heads[column].textContent.trim()}, ${this.heads[column].getAttribute("aria-sort")}`);
    }

    look({ sort = "", search = "" }) {
      if (sort !== this.sort) this.arrange(sort);
      this.filter(search);
      if (this.input && this.input.value !== search) this.input.value = search;
    }

    arrange(sort) {
      const key = sort.replace(/^-/, "");
      const column = this.heads.findIndex((head) => head.dataset.key === key);
      this.sort = column < 0 ? "" : sort;
      this.heads.forEach((head, index) => {
        if (index === column) head.setAttribute("aria-sort", sort.startsWith("-") ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      this.order = column < 0 ? this.rows : this.sorted(column, sort.startsWith("-") ? -1 : 1);
    }

    sorted(column, sign) {
      const numeric = this.heads[column].classList.contains("number");
      const value = (row) => {
        const cell = row.cells[column];
        if (!numeric) return cell.textContent;
        const text = "v" in cell.dataset ? cell.dataset.v : (cell.querySelector("summary") || cell).textContent.replaceAll(",", "");
        return text === "" ? -1 : Number(text); // unknown sizes are below all known ones
      };
      const compare = numeric ? (a, b) => a - b : collator.compare;
      return this.rows.map((row, index) => [value(row), index, row])
        .sort((a, b) => sign * compare(a[0], b[0]) || a[1] - b[1])
        .map((item) => item[2]);
    }

    filter(search) {
      this.search = search;
      const words = search.toLowerCase().split(/\s+/).filter(Boolean);
      const texts = words.length ? this.texts() : null;
      this.fitting = texts ? this.order.filter((row) => words.every((word) => texts.get(row).includes(word))) : this.order;
      this.show(0, WINDOW);
      if (this.output) {
        const all = counted(this.rows.length, "package");
        this.output.textContent = texts ? `${this.fitting.length.toLocaleString("en")} of ${all}` : all;
      }
    }

    remember() {
      const state = new URLSearchParams();
      if (this.search) state.set("search", this.search);
      if (this.sort) state.set("sort", this.sort);
      const query = state.toString();
      history.replaceState(null, "", `#${this.element.id}${query ? `?${query}` : ""}`);
    }

    reveal(row) { // a row that is linked to is shown whatever is searched for
      if (!this.fitting.includes(row)) {
        this.look({ sort: this.sort, search: "" });
        say("the search was cleared to show the linked row");
      }
      const index = this.fitting.indexOf(row);
      if (index < this.from || index >= this.to) this.show(index - WINDOW / 2, index + WINDOW / 2);
      const details = row.cells[row.cells.length - 1].querySelector("details");
      if (details) details.open = true;
    }
  }

  const tables = new Map();
  const owner = new Map(); // the table of every row by the row's id, in the document or not
  for (const element of document.querySelectorAll("table.sortable")) {
    const table = new Table(element);
    tables.set(element.id, table);
    for (const row of table.rows) owner.set(row.id, [table, row]);
  }
  document.documentElement.classList.remove("waiting");

  // A section's ids begin with the same prefix; on a page of one result it is empty.
  const prefixOf = (id) => id.slice(0, id.lastIndexOf("/") + 1);
  const byName = new Map();
  const names = (table) => { // the row of each package name, and of each feature, in one section
    if (!byName.has(table)) {
      const rows = new Map();
      for (const row of table.rows) {
        const name = row.cells[0].textContent.trim();
        if (!rows.has(name)) rows.set(name, row);
      }
      const features = tables.get(`${prefixOf(table.element.id)}features`);
      if (features) for (const row of features.rows) rows.set(`feature: ${row.cells[0].textContent.trim()}`, row);
      byName.set(table, rows);
    }
    return byName.get(table);
  };

  const needs = new Map();
  const needed = (table) => { // what each name requires: "required by" the other way round
    if (!needs.has(table)) {
      const found = new Map();
      for (const row of table.rows) {
        for (const asker of askers(row)) {
          if (!found.has(asker)) found.set(asker, []);
          found.get(asker).push(row.cells[0].textContent.trim());
        }
      }
      needs.set(table, found);
    }
    return needs.get(table);
  };
  const askers = (row) => {
    const text = row.cells[row.cells.length - 1].querySelector("details p");
    return text ? text.textContent.trim().split("\n") : [];
  };

  const links = (list, table) => { // names as links to their rows; of a long list the first ones, the others on demand
    const cell = make("dd");
    const add = (some) => some.forEach((name) => {
      if (cell.childNodes.length) cell.append(", ");
      const row = names(table).get(name);
      const link = make(row ? "a" : "span", name);
      if (row) link.href = `#${row.id}`;
      cell.append(link);
    });
    add(list.slice(0, NAMES));
    if (list.length > NAMES) {
      const button = make("button", `and ${(list.length - NAMES).toLocaleString("en")} more`);
      button.type = "button";
      button.className = "quiet";
      button.addEventListener("click", () => {
        const last = cell.querySelector("a:last-of-type");
        button.remove();
        add(list.slice(NAMES));
        last.focus(); // the button that had the focus is gone
      });
      cell.append(" ", button);
    }
    if (!list.length) cell.append("nothing");
    return cell;
  };

  const showMore = (table, row, open) => {
    row.classList.toggle("open", open);
    if (!open) {
      table.more.get(row)?.remove();
      table.more.delete(row);
      return;
    }
    if (table.more.has(row)) return;
    const more = make("tr");
    more.className = "more";
    const cell = more.insertCell();
    cell.colSpan = row.cells.length;
    const list = make("dl");
    const name = row.cells[0].textContent.trim();
    const link = make("a", row.id);
    link.href = `#${row.id}`;
    const here = make("dd");
    here.append(link);
    const bytes = [...row.cells].filter((one) => one.dataset.v).map((one) => Number(one.dataset.v).toLocaleString("en"));
    list.append(make("dt", "required by"), links(askers(row), table), make("dt", "requires"), links(needed(table).get(name) || [], table));
    if (bytes.length) list.append(make("dt", "bytes"), make("dd", bytes.join(" installed, ") + (bytes.length > 1 ? " to download" : "")));
    list.append(make("dt", "link"), here);
    cell.append(list);
    row.after(more);
    table.more.set(row, more);
  };

  document.addEventListener("toggle", (event) => {
    const row = event.target.closest("tr");
    const table = row && tables.get(row.closest("table").id);
    if (table && row.closest("table.packages")) showMore(table, row, event.target.open);
  }, true);

  for (const form of document.querySelectorAll("form.search")) {
    const input = form.querySelector("input");
    const table = tables.get(input.dataset.table);
    table.input = input;
    table.output = form.querySelector("output");
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    input.addEventListener("input", () => {
      table.filter(input.value);
      clearTimeout(table.soon); // browsers count and refuse too many changes of the address
      table.soon = setTimeout(() => table.remember(), 200);
    });
    setTimeout(() => table.texts(), 0);
  }

  const go = () => { // what the address asks for, typed, pasted, followed or come back to
    const [id, query] = location.hash.slice(1).split(/\?(.*)/s);
    if (!id) return;
    // A link of a page of one result, pasted into one of several, means the first result that has it.
    const held = owner.get(id) || owner.get([...owner.keys()].find((known) => known.endsWith(`/${id}`)));
    document.querySelector("tr.linked")?.classList.remove("linked");
    if (held) {
      const [table, row] = held;
      table.reveal(row);
      row.classList.add("linked");
      row.tabIndex = -1;
      row.focus({ preventScroll: true });
      row.scrollIntoView({ block: "center" });
      return;
    }
    const table = tables.get(id);
    if (table) {
      const state = new URLSearchParams(query || "");
      table.look({ sort: state.get("sort") || "", search: state.get("search") || "" });
      (table.input || table.element).scrollIntoView();
      return;
    }
    if (!document.getElementById(id)) say(`nothing on this page is called ${id}`);
  };
  window.addEventListener("hashchange", go);
  document.addEventListener("click", (event) => { // a link to where the address already points moves nothing by itself
    const link = event.target.closest("a");
    if (link && link.getAttribute("href") === location.hash) go();
  });

  const theme = document.getElementById("theme");
  const themes = ["system", "light", "dark"];
  const store = { // a browser may forbid storage for files
    get: () => { try { return localStorage.getItem("pkgset-theme"); } catch { return null; } },
    set: (name) => { try { localStorage.setItem("pkgset-theme", name); } catch { /* then it holds for this visit */ } },
  };
  const apply = (name) => {
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    theme.textContent = `Theme: ${name}`;
  };
  theme.hidden = false;
  apply(themes.includes(store.get()) ? store.get() : "system");
  theme.addEventListener("click", () => {
    const next = themes[(themes.indexOf(document.documentElement.dataset.theme || "system") + 1) % themes.length];
    apply(next);
    store.set(next);
  });

  let unfolded = [];
  window.addEventListener("beforeprint", () => { // on paper there is no window to move and nothing to open
    unfolded = [...document.querySelectorAll("details:not([open])")].filter((one) => !one.closest("table.packages"));
    for (const one of unfolded) one.open = true;
    for (const table of tables.values()) {
      table.before = [table.from, table.to];
      table.show(0, table.rows.length);
    }
  });
  window.addEventListener("afterprint", () => {
    for (const one of unfolded) one.open = false;
    for (const table of tables.values()) table.show(...table.before);
  });

  go();
});
