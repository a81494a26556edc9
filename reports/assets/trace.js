"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const rowHeight = 24;
  const hues = [210, 20, 130, 280, 45, 340, 175, 95, 255, 0];
  const color = (p, dark) => `hsl(${hues[p % hues.length]} 60% ${dark ? 66 : 38}%)`;
  const dark = () => {
    const forced = document.documentElement.dataset.theme;
    return forced ? forced === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };

  // A run is columns of numbers; see html.go.
  class Run {
    constructor(d) {
      Object.assign(this, d);
      this.n = d.process.length;
      this.window = d.window.map((w) => d.windows[w]);
      this.names = new Array(this.n);
      for (let i = 0; i < this.n; i++) this.names[i] = `${d.processes[d.process[i]]}:${d.labels[d.label[i]]}#${d.occurrence[i]}`;
      this.end = this.n ? Math.max(1, d.time[this.n - 1]) : 1;
      this.races = new Set(d.races.flatMap((r) => [r[0], r[1]]));
      this.index = new Map(this.names.map((name, i) => [name, i]));
    }
    notesOf(i) { return this.notes[i] || []; }
    late(i) { return this.held[i] >= 0 || (this.outcomes[i] || []).some((o) => o[2]); }
    text(i) {
      const notes = this.notesOf(i);
      return this.names[i] + (notes.length ? ": " + notes[0] : "");
    }
  }
  const fail = new Run(data.run);
  const pass = data.passing ? new Run(data.passing) : null;

  const units = fail.end < 1e6 ? [1e3, "µs"] : fail.end < 1e10 ? [1e6, "ms"] : [1e9, "s"];
  const time = (ns) => (ns / units[0]).toFixed(3) + " " + units[1];
  const span = (ns) => {
    for (const [unit, name] of [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]]) if (Math.abs(ns) >= unit) return +(ns / unit).toFixed(3) + " " + name;
    return ns + " ns";
  };

  const state = { at: 0, filter: "", shown: new Set(fail.processes.map((_, p) => p)), zoom: 1, from: 0, beside: false };
  let visible = []; // indices of the events that are shown

  // A list shows only the rows in view, so ten thousand events cost no more than fifty.
  class List {
    constructor(box, run, pick) {
      this.box = box; this.run = run; this.pick = pick; this.space = box.firstElementChild; this.rows = []; this.items = [];
      box.addEventListener("scroll", () => this.draw());
      box.addEventListener("click", (e) => {
        const row = e.target.closest(".row");
        if (row) this.pick(+row.dataset.i);
      });
    }
    set(items) {
      this.items = items;
      this.space.style.height = items.length * rowHeight + "px";
      this.draw();
    }
    position(i) { // of the event i, or of the last one before it
      let lo = 0, hi = this.items.length;
      while (lo < hi) { const mid = (lo + hi) >> 1; if (this.items[mid] <= i) lo = mid + 1; else hi = mid; }
      return lo - 1;
    }
    reveal(i) {
      const top = this.position(i) * rowHeight, h = this.box.clientHeight;
      if (top < this.box.scrollTop || top + rowHeight > this.box.scrollTop + h) this.box.scrollTop = Math.max(0, top - h / 2);
      this.draw();
    }
    draw() {
      const first = Math.max(0, Math.floor(this.box.scrollTop / rowHeight) - 2);
      const count = Math.min(this.items.length - first, Math.ceil(this.box.clientHeight / rowHeight) + 4);
      while (this.rows.length < count) {
        const row = document.createElement("div");
        row.setAttribute("role", "option");
        this.rows.push(this.space.appendChild(row));
      }
      this.rows.forEach((row, k) => {
        row.hidden = k >= count;
        if (k < count) this.fill(row, this.items[first + k], first + k);
      });
      const selected = this.rows.find((r) => !r.hidden && r.getAttribute("aria-selected") === "true");
      if (selected) this.box.setAttribute("aria-activedescendant", selected.id); else this.box.removeAttribute("aria-activedescendant");
    }
    fill(row, i, position) {
      const r = this.run, classes = ["row"];
      if (r.races.has(i)) classes.push("race");
      if (i === r.calm) classes.push("calm");
      if (data.common !== undefined && i === data.common) classes.push("parts");
      if (r.only && r.only.has(i)) classes.push("only");
      row.className = classes.join(" ");
      row.id = (r === fail ? "e" : "q") + i;
      row.dataset.i = i;
      row.style.top = position * rowHeight + "px";
      row.style.color = classes.includes("only") ? "" : color(r.process[i], dark());
      row.setAttribute("aria-selected", String(r === fail ? i === state.at : i === state.passAt));
      row.setAttribute("aria-posinset", position + 1);
      row.setAttribute("aria-setsize", this.items.length);
      const mark = r.late(i) ? " ◂ " : "   ";
      row.textContent = "";
      const n = document.createElement("span");
      n.className = "n";
      n.textContent = String(i + 1).padStart(6) + "  " + time(r.time[i]).padStart(13);
      const l = document.createElement("span");
      l.className = "late";
      l.textContent = mark;
      row.append(n, l, r.text(i));
    }
  }

  // Lanes are the processes over virtual time.
  class Lanes {
    constructor(canvas, run, pick) {
      this.canvas = canvas; this.run = run;
      canvas.addEventListener("click", (e) => {
        const i = this.nearest(e.offsetX, e.offsetY);
        if (i >= 0) pick(i);
      });
      canvas.addEventListener("wheel", (e) => {
        if (!e.ctrlKey && !e.shiftKey) return;
        e.preventDefault();
        zoom(e.deltaY < 0 ? 1.3 : 1 / 1.3);
      }, { passive: false });
    }
    lanes() { return this.run.processes.map((_, p) => p).filter((p) => state.shown.has(p)); }
    x(ns) { return this.left + ((ns / end()) * state.zoom - state.from) * this.width; }
    nearest(x, y) {
      const r = this.run, lane = this.list[Math.floor((y - 4) / this.step)];
      let best = -1, distance = 40;
      for (let i = 0; i < r.n; i++) {
        if (lane !== undefined && r.process[i] !== lane) continue;
        const d = Math.abs(this.x(r.time[i]) - x);
        if (d < distance) { best = i; distance = d; }
      }
      return best;
    }
    draw(selected) {
      const box = this.canvas.parentElement.clientWidth || 600, ratio = devicePixelRatio || 1;
      const key = [box, ratio, state.zoom, state.from, dark(), end(), [...state.shown]].join();
      if (key !== this.key) { // what does not depend on the selection is drawn once
        this.key = key;
        this.base(box, ratio);
        this.picture = document.createElement("canvas");
        this.picture.width = this.canvas.width; this.picture.height = this.canvas.height;
        this.picture.getContext("2d").drawImage(this.canvas, 0, 0);
      }
      const r = this.run, g = this.canvas.getContext("2d"), height = this.canvas.height / ratio;
      g.setTransform(1, 0, 0, 1, 0, 0);
      g.clearRect(0, 0, this.canvas.width, this.canvas.height);
      g.drawImage(this.picture, 0, 0);
      if (!(selected >= 0 && selected < r.n)) return;
      g.setTransform(ratio, 0, 0, ratio, 0, 0);
      g.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
      g.lineWidth = 2;
      const x = this.x(r.time[selected]), y = this.lane.get(r.process[selected]);
      if (x < this.left - 6 || x > box) return;
      g.beginPath(); g.moveTo(x, 0); g.lineTo(x, height - 18); g.stroke();
      if (y !== undefined) { g.beginPath(); g.arc(x, y, 7, 0, 7); g.stroke(); }
    }
    base(box, ratio) {
      const r = this.run;
      this.list = this.lanes();
      this.step = this.list.length > 12 ? 16 : 24;
      const height = Math.max(1, this.list.length) * this.step + 24;
      if (this.canvas.width !== Math.round(box * ratio) || this.canvas.height !== Math.round(height * ratio)) {
        this.canvas.width = Math.round(box * ratio);
        this.canvas.height = Math.round(height * ratio);
        this.canvas.style.height = height + "px";
      }
      const g = this.canvas.getContext("2d"), css = getComputedStyle(document.documentElement), v = (n) => css.getPropertyValue(n).trim();
      g.setTransform(ratio, 0, 0, ratio, 0, 0);
      g.clearRect(0, 0, box, height);
      g.font = "11px system-ui, sans-serif";
      const names = this.list.map((p) => r.processes[p]);
      this.left = Math.min(140, 12 + Math.max(20, ...names.map((n) => g.measureText(n).width)));
      this.width = box - this.left - 12;
      const lane = this.lane = new Map(this.list.map((p, k) => [p, 4 + k * this.step + this.step / 2]));
      g.strokeStyle = v("--line"); g.fillStyle = v("--fg"); g.textBaseline = "middle";
      this.list.forEach((p, k) => {
        const y = lane.get(p);
        g.fillText(names[k].slice(0, 22), 6, y);
        g.beginPath(); g.moveTo(this.left, y); g.lineTo(box - 8, y); g.stroke();
      });
      g.fillStyle = v("--dim");
      // As many instants as have room beside each other.
      const axis = height - 10, parts = Math.max(1, Math.min(5, Math.floor(this.width / 90)));
      for (let k = 0; k <= parts; k++) {
        const ns = ((state.from + k / parts) / state.zoom) * end();
        g.textAlign = k === 0 ? "left" : k === parts ? "right" : "center";
        g.fillText(time(ns), this.left + (k / parts) * this.width, axis);
      }
      g.textAlign = "left";
      // Causes across processes, as arrows; only those in view, and no more than the eye can follow.
      g.save(); g.beginPath(); g.rect(this.left - 6, 0, this.width + 12, height); g.clip();
      const inView = (i) => { const x = this.x(r.time[i]); return x >= this.left - 4 && x <= box; };
      let arrows = 0;
      g.strokeStyle = v("--dim"); g.globalAlpha = 0.45; g.beginPath();
      for (let i = 0; i < r.n && arrows < 1500; i++) {
        const c = r.cause[i];
        if (c < 0 || r.process[c] === r.process[i] || !lane.has(r.process[i]) || !lane.has(r.process[c]) || !(inView(i) || inView(c))) continue;
        g.moveTo(this.x(r.time[c]), lane.get(r.process[c])); g.lineTo(this.x(r.time[i]), lane.get(r.process[i]));
        arrows++;
      }
      g.stroke(); g.globalAlpha = 1;
      const isDark = dark();
      for (const p of this.list) { // one colour after the other: changing it is what costs
        g.fillStyle = color(p, isDark);
        const y = lane.get(p);
        for (let i = 0; i < r.n; i++) if (r.process[i] === p && inView(i)) g.fillRect(this.x(r.time[i]) - 2, y - 4, 4, 8);
      }
      g.lineWidth = 2;
      for (let i = 0; i < r.n; i++) {
        if (!lane.has(r.process[i]) || !inView(i)) continue;
        const race = r.races.has(i);
        if (!race && r.held[i] < 0) continue;
        g.strokeStyle = race ? v("--bad") : v("--late");
        g.strokeRect(this.x(r.time[i]) - 5, lane.get(r.process[i]) - 7, 10, 14);
        const h = r.held[i]; // until after what it was held
        if (h >= 0 && lane.has(r.process[h])) {
          g.setLineDash([3, 3]); g.beginPath();
          g.moveTo(this.x(r.time[h]), lane.get(r.process[h])); g.lineTo(this.x(r.time[i]), lane.get(r.process[i]));
          g.stroke(); g.setLineDash([]);
        }
      }
      g.restore(); g.lineWidth = 1;
    }
  }
  const end = () => Math.max(fail.end, state.beside && pass ? pass.end : 0);

  const list = new List($("events"), fail, select);
  const passList = pass ? new List($("pass-events"), pass, selectPass) : null;
  const lanes = new Lanes($("lanes-fail"), fail, select);
  const passLanes = pass ? new Lanes($("lanes-pass"), pass, selectPass) : null;
  if (pass) {
    $("beside").hidden = false;
    fail.only = new Set(); pass.only = new Set();
    fail.names.forEach((name, i) => { if (!pass.index.has(name)) fail.only.add(i); });
    pass.names.forEach((name, i) => { if (!fail.index.has(name)) pass.only.add(i); });
  }

  function matches(r, i) {
    if (!state.shown.has(r.process[i])) return false;
    if (!state.filter) return true;
    const text = r.names[i] + " " + r.notesOf(i).join(" ") + " " + (r.details[i] || []).join(" ") + " " +
      [...(r.reads[i] || []), ...(r.writes[i] || [])].map((x) => r.resources[x]).join(" ") + " " + (r.source[i] >= 0 ? r.sources[r.source[i]] : "");
    return text.toLowerCase().includes(state.filter);
  }
  function refilter() {
    visible = [];
    for (let i = 0; i < fail.n; i++) if (matches(fail, i)) visible.push(i);
    list.set(visible);
    if (passList) {
      const items = [];
      for (let i = 0; i < pass.n; i++) if (matches(pass, i)) items.push(i);
      passList.set(items);
    }
    show();
    list.reveal(state.at);
  }

  function select(i) { state.at = Math.max(0, Math.min(fail.n - 1, i)); follow(); show(); list.reveal(state.at); }
  function selectPass(i) { state.passAt = i; const j = fail.index.get(pass.names[i]); if (j !== undefined) select(j); else { show(); passList.reveal(i); } }
  function follow() { // keep the selected event in view, and the passing run beside it
    const x = (fail.time[state.at] / end()) * state.zoom - state.from;
    if (x < 0.02 || x > 0.98) state.from = Math.max(0, Math.min(state.zoom - 1, (fail.time[state.at] / end()) * state.zoom - 0.5));
    if (pass) { const j = pass.index.get(fail.names[state.at]); state.passAt = j === undefined ? -1 : j; }
  }
  function step(by) {
    if (!visible.length) return;
    let k = list.position(state.at);
    if (by > 0) k = Math.min(visible.length - 1, k + by);
    else k = Math.max(0, (visible[k] === state.at ? k : k + 1) + by);
    select(visible[Math.max(0, k)]);
  }
  function next(wanted) {
    for (let k = 1; k <= fail.n; k++) { const i = (state.at + k) % fail.n; if (wanted(i)) { select(i); return; } }
  }
  function zoom(by) {
    const middle = fail.n ? (fail.time[state.at] / end()) : 0;
    state.zoom = Math.max(1, Math.min(1e6, state.zoom * by));
    state.from = Math.max(0, Math.min(state.zoom - 1, middle * state.zoom - 0.5));
    show();
  }

  const term = (dl, name, value) => {
    if (value === "" || value === undefined || (Array.isArray(value) && !value.length)) return;
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = name;
    if (Array.isArray(value) && value.length > 1) {
      const ul = document.createElement("ul");
      for (const v of value) ul.appendChild(document.createElement("li")).textContent = v;
      dd.appendChild(ul);
    } else dd.textContent = Array.isArray(value) ? value[0] : value;
    dl.append(dt, dd);
  };
  function detail() {
    const r = fail, i = state.at, box = $("detail");
    box.textContent = "";
    if (!r.n) { box.textContent = "The trace has no events."; return; }
    const dl = document.createElement("dl"), ref = (j) => (j < 0 ? "the set-up" : `${r.names[j]} (step ${j + 1})`);
    const win = r.window[i], res = (l) => (l || []).map((x) => r.resources[x]);
    term(dl, "event", r.names[i]);
    term(dl, "step", `${i + 1} of ${r.n}`);
    term(dl, "instant", `${time(r.time[i])}, nominally ${time(r.nominal[i])}`);
    term(dl, "window", `${span(win[0])} to ${win[2] < 0 ? "unbounded" : span(win[2])}, nominally ${span(win[1])}, counted from ${ref(r.origin[i])}`);
    term(dl, "armed by", ref(r.cause[i]));
    if (r.held[i] >= 0) term(dl, "held", `until after ${ref(r.held[i])}`);
    term(dl, "choices", (r.outcomes[i] || []).map((o) => `${o[0]} ${o[1]} = ${o[3]}`));
    term(dl, "what happened", r.notesOf(i));
    term(dl, "underneath", r.details[i] || []);
    term(dl, "reads", res(r.reads[i]).join(", "));
    term(dl, "writes", res(r.writes[i]).join(", "));
    term(dl, "source", r.source[i] >= 0 ? r.sources[r.source[i]] : "");
    term(dl, "needs", (r.rules[i] || []).map((x) => r.ruleTexts[x]));
    term(dl, "decides", r.races_text.filter((t) => t[0] === i || t[1] === i).map((t) => t[2]));
    const last = r.processes.map((name, p) => { // the state of the others: what each did last, and what it said
      let j = i;
      while (j >= 0 && r.process[j] !== p) j--;
      return j < 0 || p === r.process[i] ? "" : r.text(j) + ` (step ${j + 1})`;
    }).filter(Boolean);
    term(dl, "the others", last);
    const touched = [...new Set([...(r.reads[i] || []), ...(r.writes[i] || [])])].map((x) => {
      let j = i - 1;
      while (j >= 0 && !(r.writes[j] || []).includes(x)) j--;
      return `${r.resources[x]}: ${j < 0 ? "never written before" : "last written by " + ref(j)}`;
    });
    term(dl, "state", touched);
    box.appendChild(dl);
  }
  function show() {
    const i = state.at;
    $("where").textContent = fail.n ? `step ${i + 1} of ${fail.n}, ${time(fail.time[i])}` : "no events";
    $("back").disabled = $("first").disabled = i <= 0;
    $("forward").disabled = $("last").disabled = i >= fail.n - 1;
    $("lanes-caption").textContent = `${visible.length} of ${fail.n} events shown; ` +
      `dashed: held until after; boxes: ${fail.races.size ? "decide, or late" : "late"}; ${state.zoom > 1 ? "zoomed " + Math.round(state.zoom) + "×" : "whole run"}.`;
    list.draw(); lanes.draw(i);
    if (passList && state.beside) { passList.draw(); passLanes.draw(state.passAt === undefined ? -1 : state.passAt); if (state.passAt >= 0) passList.reveal(state.passAt); }
    detail();
  }
  function beside() {
    if (!pass) return;
    state.beside = !state.beside;
    for (const id of ["pass-column", "lanes-pass-box", "pass-caption"]) $(id).hidden = !state.beside;
    $("beside").setAttribute("aria-pressed", state.beside);
    $("work").classList.toggle("beside", state.beside);
    refilter();
  }
  function theme() {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    show();
  }

  const swatches = fail.processes.map((name, p) => {
    const b = document.createElement("button");
    b.type = "button";
    b.setAttribute("aria-pressed", "true");
    const s = document.createElement("span");
    s.className = "swatch";
    b.append(s, name);
    b.addEventListener("click", () => {
      if (state.shown.has(p)) state.shown.delete(p); else state.shown.add(p);
      b.setAttribute("aria-pressed", state.shown.has(p));
      refilter();
    });
    $("processes").appendChild(b);
    return s;
  });
  const paint = () => swatches.forEach((s, p) => { s.style.background = color(p, dark()); });

  const on = (id, f) => $(id).addEventListener("click", f);
  const acts = {
    first: () => select(visible.length ? visible[0] : 0), last: () => select(visible.length ? visible[visible.length - 1] : 0),
    back: () => step(-1), forward: () => step(1), race: () => next((i) => fail.races.has(i)), late: () => next((i) => fail.late(i)),
    in: () => zoom(2), out: () => zoom(0.5), beside, theme: () => { theme(); paint(); },
  };
  for (const id in acts) on(id, acts[id]);
  $("race").disabled = !fail.races.size;
  $("late").disabled = ![...Array(fail.n).keys()].some((i) => fail.late(i));
  $("filter").addEventListener("input", (e) => { state.filter = e.target.value.trim().toLowerCase(); refilter(); });
  const keys = {
    ArrowLeft: acts.back, ArrowUp: acts.back, k: acts.back, ArrowRight: acts.forward, ArrowDown: acts.forward, j: acts.forward, Home: acts.first,
    End: acts.last, PageUp: () => step(-10), PageDown: () => step(10), r: acts.race, d: acts.late, p: beside, t: acts.theme, "+": acts.in, "=": acts.in,
    "-": acts.out, c: () => { if (fail.cause[state.at] >= 0) select(fail.cause[state.at]); },
    "/": () => $("filter").focus(),
  };
  addEventListener("keydown", (e) => {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    if (e.target === $("filter")) { if (e.key === "Escape") { e.target.value = ""; state.filter = ""; refilter(); e.target.blur(); } return; }
    if (e.target.tagName === "BUTTON" && (e.key === " " || e.key === "Enter")) return;
    const act = keys[e.key];
    if (act) { e.preventDefault(); act(); }
  });
  addEventListener("resize", show);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { paint(); show(); });

  paint();
  state.at = data.start;
  refilter();
  select(data.start);
  window.simrun = { state, step, select, fail, pass }; // for those who look with a debugger, and for tests
})();
