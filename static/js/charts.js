// Charts from data on the page: <div data-chart="trend|bars|band" data-source="id of a json_script">.
// The data: {"x": [...], "series": [{"name": ..., "data": [...]}], "urls": [...] (may be left out)}.
"use strict";

(() => {
  const COLOURS = ["#8fb4dc", "#1f4f8b", "#7a5ba8", "#4d8c8c", "#a8682a"];
  const INK = "#1d2939";
  const SOFT = "#535e6d";
  const LINE = "#e4e9ef";

  const common = (data) => ({
    color: COLOURS,
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: INK },
    legend: { top: 0, right: 0, icon: "roundRect", itemWidth: 14, itemHeight: 8, textStyle: { color: INK } },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, confine: true, textStyle: { color: INK } },
    series: data.series,
  });

  const values = { type: "value", axisLabel: { color: SOFT }, splitLine: { lineStyle: { color: LINE } } };

  const dates = { color: SOFT, hideOverlap: true, showMinLabel: true, alignMinLabel: "left", alignMaxLabel: "right" };

  // ECharts 6 has symbols at every point by default; a long row reads better without.
  const trend = (data) => ({
    ...common(data),
    grid: { top: 34, right: 12, bottom: 4, left: 4, containLabel: true },
    xAxis: { type: "category", data: data.x, boundaryGap: false, axisLabel: dates },
    yAxis: { ...values, minInterval: 1 },
    series: data.series.map((row, index) => ({
      ...row,
      type: "line",
      showSymbol: data.x.length < 14,
      symbolSize: 6,
      lineStyle: { width: 2, type: index ? "solid" : "dashed" },
    })),
  });

  const bars = (data) => ({
    ...common(data),
    grid: { top: 34, right: 46, bottom: 4, left: 4, containLabel: true },
    xAxis: { ...values, minInterval: 1 },
    yAxis: {
      type: "category",
      data: data.x,
      inverse: true,
      axisTick: { show: false },
      axisLabel: { color: INK, width: 130, overflow: "break", interval: 0 },
    },
    series: data.series.map((row) => ({
      ...row,
      type: "bar",
      barMaxWidth: 12,
      barGap: "10%",
      label: { show: true, position: "right", color: SOFT, fontSize: 11 },
      labelLayout: { hideOverlap: true },
    })),
  });

  // What was seen, against what was expected and between what 19 of 20 weeks lie: {"x", "low", "high", "series"}.
  const band = (data) => {
    const edge = { type: "line", stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
    const [seen, expected] = data.series;
    return {
      ...common(data),
      legend: { ...common(data).legend, data: data.series.map((row) => row.name) },
      grid: { top: 34, right: 12, bottom: 4, left: 4, containLabel: true },
      xAxis: { type: "category", data: data.x, boundaryGap: false, axisLabel: dates },
      yAxis: { ...values, minInterval: 1 },
      series: [
        { ...edge, name: "low", data: data.low },
        { ...edge, name: "high", data: data.high.map((high, index) => high - data.low[index]), areaStyle: { color: COLOURS[0], opacity: 0.35 } },
        { ...expected, type: "line", symbol: "none", lineStyle: { width: 2, type: "dashed" }, color: COLOURS[0] },
        { ...seen, type: "line", symbolSize: 5, lineStyle: { width: 2 }, color: COLOURS[1] },
      ],
    };
  };

  const kinds = { trend, bars, band };

  function draw(element) {
    const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
    const make = kinds[element.dataset.chart];
    if (!make || !data.x.length) {
      element.hidden = true;
      return;
    }
    if (element.dataset.chart === "bars") element.style.height = `${Math.max(9, data.x.length * 2.4 + 4)}rem`;
    const chart = window.echarts.init(element, null, { renderer: "canvas" });
    chart.setOption(make(data));
    if (data.urls) {
      chart.on("click", (point) => {
        if (data.urls[point.dataIndex]) window.location.assign(data.urls[point.dataIndex]);
      });
    }
    new ResizeObserver(() => chart.resize({ animation: { duration: 0 } })).observe(element);
  }

  const run = () => document.querySelectorAll("[data-chart]").forEach(draw);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
})();
