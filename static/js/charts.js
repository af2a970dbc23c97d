// Charts from data on the page: <div data-chart="kind" data-source="id of a json_script">, kinds in chart-kinds.js.
// The data: {"x": [...], "series": [{"name": ..., "data": [...], "urls": [...]}], "title", "caption", "file"}.
// A click on a point opens its address. [data-picture="svg|png"][data-of="id"] saves the chart, with its title and
// whose figures it shows, without the server.
"use strict";

(() => {
  const kinds = window.chartKinds;
  const NARROW = 520;
  // Width and height on paper in pixels; of charts with rows the height of a row and of the rest.
  const HALF = 345;
  const PAPER = {
    trend: [HALF, 200], backlog: [HALF, 120], map: [HALF, 250], survival: [HALF, 140], band: [HALF, 150],
    bars: [HALF, 15, 66], forest: [HALF * 2, 21, 78],
  };
  const drawn = new Map();
  const begun = new WeakSet();

  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const font = () => getComputedStyle(document.body).fontFamily;

  function options(kind, data, width) {
    return {
      animation: !still(),
      animationDuration: 300,
      textStyle: { fontFamily: font(), color: "#1d2939" },
      ...kinds[kind]({ ...data, width, narrow: width < NARROW }),
    };
  }

  function heightOf(kind, data) {
    if (kind === "bars") return `${Math.max(9, data.x.length * 2.4 + 4)}rem`;
    if (kind === "forest") return `${Math.max(10, data.x.length * 2.3 + 5.5)}rem`;
    return "";
  }

  // Drawn at once: while a page is printed no further frame comes.
  function resize(chart, size = {}) {
    chart.resize({ ...size, animation: { duration: 0 } });
    chart.getZr().flush();
  }

  function urlOf(data, point) {
    if (data.regions) return data.regions.find((one) => one.code === point.name)?.url;
    return data.series[point.seriesIndex]?.urls?.[point.dataIndex] || data.url;
  }

  async function outlines(element) {
    if (!element.dataset.outlines || window.echarts.getMap("outlines")) return;
    const answer = await fetch(element.dataset.outlines);
    window.echarts.registerMap("outlines", await answer.json());
  }

  async function draw(element) {
    if (begun.has(element)) return;
    begun.add(element);
    const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
    const kind = element.dataset.chart;
    if (!kinds[kind] || !data.x.length) {
      element.hidden = true;
      return;
    }
    try {
      await outlines(element);
    } catch {
      element.hidden = true; // the list below says the same
      return;
    }
    if (!element.isConnected) return; // its page was renewed while the outlines came
    element.style.height = heightOf(kind, data);
    const chart = window.echarts.init(element, null, { renderer: "canvas", devicePixelRatio: Math.max(2, window.devicePixelRatio) });
    chart.setOption(options(kind, data, element.clientWidth));
    chart.on("click", (point) => {
      const url = urlOf(data, point);
      if (url) window.location.assign(url);
    });
    const watch = new ResizeObserver(() => resize(chart));
    watch.observe(element);
    drawn.set(element.id, { chart, data, kind, element, watch });
    for (const button of document.querySelectorAll(`[data-picture][data-of="${element.id}"]`)) button.hidden = false;
  }

  // What is taken from the page is given back.
  function drop(element) {
    const one = drawn.get(element.id);
    if (one?.element !== element) return;
    one.watch.disconnect();
    one.chart.dispose();
    drawn.delete(element.id);
  }

  // --- Saving -----------------------------------------------------------------
  function picture({ chart, data, kind }, type) {
    const [width, height] = [Math.max(chart.getWidth(), 640), chart.getHeight() + 76];
    const shape = type === "svg" ? { renderer: "svg", ssr: true } : { renderer: "canvas", devicePixelRatio: 2 };
    const copy = window.echarts.init(type === "svg" ? null : document.createElement("div"), null, { ...shape, width, height });
    const option = options(kind, data, width);
    if (option.grid) option.grid = { ...option.grid, top: option.grid.top + 44, bottom: option.grid.bottom + 32 };
    if (option.legend) option.legend = { ...option.legend, top: 42 };
    for (const one of option.series) if (one.type === "map") Object.assign(one, { top: 52, bottom: 40 });
    if (option.visualMap) option.visualMap = { ...option.visualMap, top: 48 };
    copy.setOption({
      ...option,
      animation: false,
      backgroundColor: "#fff",
      title: [
        { text: data.title, left: 8, top: 8, textStyle: { fontSize: 16 } },
        { text: data.caption, left: 8, bottom: 4, textStyle: { fontSize: 11, fontWeight: "normal", color: "#535e6d" } },
      ],
    });
    const made = type === "svg"
      ? new Blob([copy.renderToSVGString()], { type: "image/svg+xml" })
      : fromDataUrl(copy.getDataURL({ type: "png", backgroundColor: "#fff" }));
    copy.dispose();
    return made;
  }

  function fromDataUrl(url) {
    const bytes = Uint8Array.from(atob(url.split(",")[1]), (letter) => letter.charCodeAt(0));
    return new Blob([bytes], { type: "image/png" });
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-picture]");
    const one = button && drawn.get(button.dataset.of);
    if (!one) return;
    const type = button.dataset.picture;
    save(picture(one, type), `${one.element.id}-${one.data.file}.${type}`);
  });

  // --- Paper ------------------------------------------------------------------
  function fit({ chart, data, kind }, width, height, narrow = width) {
    chart.setOption({ ...options(kind, data, narrow), animation: false }, true);
    resize(chart, { width, height });
  }

  // A map is small on paper, and yet its legend stands beside it.
  function fitToPaper(one) {
    const [width, height, rest] = PAPER[one.kind];
    fit(one, width, rest ? height * one.data.x.length + rest : height, one.kind === "map" ? NARROW : width);
  }

  function fitToScreen(one) {
    fit(one, one.element.clientWidth, one.element.clientHeight);
  }

  window.addEventListener("beforeprint", () => drawn.forEach(fitToPaper));
  window.addEventListener("afterprint", () => drawn.forEach(fitToScreen));

  // A page that renews itself draws its new charts and drops the old ones.
  window.charts = { draw: (elements) => elements.forEach(draw), drop: (elements) => elements.forEach(drop) };

  const run = () => window.charts.draw(document.querySelectorAll("[data-chart]"));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
})();
