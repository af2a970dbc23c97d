// How each kind of chart is drawn: data of the page in, options of ECharts out. charts.js puts them on the page.
"use strict";

window.chartKinds = (() => {
  const COLOURS = ["#8fb4dc", "#1f4f8b", "#7a5ba8", "#4d8c8c", "#a8682a"];
  // Shades of one colour, light to dark, for the classes of a map; grey where too few cases bear a figure.
  const SHADES = ["#dbe8f5", "#a9c6e4", "#6f9dce", "#3a6fae", "#123a63"];
  // On the dark screen of the command room from dark to light.
  const WALL_SHADES = ["#1f4068", "#27578c", "#3470ad", "#4687c5", "#5c9ad5"];
  const GREY = "#cfd4da";
  const INK = "#1d2939";
  const SOFT = "#535e6d";
  const LINE = "#e4e9ef";

  const legend = { top: 0, right: 0, icon: "roundRect", itemWidth: 14, itemHeight: 8, textStyle: { color: INK } };
  // Drawn into the picture, not as HTML with styles of its own, which the page's policy refuses.
  const tooltip = { renderMode: "richText", confine: true, textStyle: { color: INK } };
  const values = { type: "value", axisLabel: { color: SOFT }, splitLine: { lineStyle: { color: LINE } } };
  const dates = { color: SOFT, hideOverlap: true, showMinLabel: true, alignMinLabel: "left", alignMaxLabel: "right" };
  const inside = { top: 34, right: 14, bottom: 4, left: 4, containLabel: true };

  const common = (data) => ({ color: COLOURS, legend, tooltip: { ...tooltip, trigger: "axis", axisPointer: { type: "shadow" } } });

  // Bars of one and the same cases, the resolved ones before the accepted; a line for what other cases did.
  const trend = (data) => ({
    ...common(data),
    legend: { ...legend, left: 0, right: "auto", type: "plain" },
    grid: { ...inside, top: data.narrow ? 76 : 40 },
    xAxis: { type: "category", data: data.x, axisLabel: dates, axisTick: { show: false } },
    yAxis: { ...values, minInterval: 1 },
    series: data.series.map((row, index) => (index < 2
      ? { ...row, type: "bar", barGap: "-100%", barMaxWidth: 22, z: 2 + index }
      : { ...row, type: "line", z: 5, showSymbol: data.x.length < 14, symbolSize: 6, triggerLineEvent: true,
        lineStyle: { width: 2, type: "dashed" } })),
  });

  const backlog = (data) => ({
    ...common(data),
    color: [COLOURS[1], COLOURS[4]],
    grid: inside,
    xAxis: { type: "category", data: data.x, boundaryGap: data.x.length < 3, axisLabel: dates },
    yAxis: { ...values, minInterval: 1 },
    series: data.series.map((row, index) => ({
      ...row, type: "line", connectNulls: false, showSymbol: data.x.length < 32, symbolSize: 6,
      symbol: index ? "diamond" : "circle", lineStyle: { width: 2, type: index ? "dashed" : "solid" },
    })),
  });

  const names = (data, width) => ({
    type: "category", data: data.x, inverse: true, axisTick: { show: false },
    axisLabel: { color: INK, width, overflow: "break", interval: 0 },
  });

  const bars = (data) => ({
    ...common(data),
    grid: { ...inside, right: 52 },
    xAxis: { ...values, minInterval: 1, splitNumber: 4 },
    yAxis: names(data, 130),
    series: data.series.map((row) => ({
      ...row, type: "bar", barMaxWidth: 12, barGap: "10%",
      label: { show: true, position: "right", color: SOFT, fontSize: 11 }, labelLayout: { hideOverlap: true },
    })),
  });

  // A mark with its interval for each place; two rows of marks that never touch, and the whole as a line.
  const forest = (data) => {
    const lows = data.series.flatMap((row) => row.data.filter(Boolean).map((one) => one[1]));
    const draw = (index) => (params, api) => {
      const row = data.series[index];
      const at = params.dataIndex;
      if (!row.data[at]) return null;
      const [rate, low, high] = row.data[at];
      const shift = index ? 6 : -6;
      const point = (value) => [api.coord([value, at])[0], api.coord([value, at])[1] + shift];
      const [from, to, middle] = [point(low), point(high), point(rate)];
      const colour = row.small[at] ? "#8a94a1" : COLOURS[index ? 2 : 1];
      const line = (start, end) => ({
        type: "line", shape: { x1: start[0], y1: start[1], x2: end[0], y2: end[1] },
        style: { stroke: colour, lineWidth: 2, lineDash: index ? [4, 3] : null },
      });
      const mark = index
        ? { type: "polygon", shape: { points: [[0, -5], [5, 0], [0, 5], [-5, 0]].map(([x, y]) => [middle[0] + x, middle[1] + y]) },
          style: { fill: "#fff", stroke: colour, lineWidth: 2 } }
        : { type: "circle", shape: { cx: middle[0], cy: middle[1], r: 5 }, style: { fill: colour } };
      return { type: "group", children: [line(from, to), mark] };
    };
    const percent = (value) => `${value.toFixed(1)} %`;
    return {
      color: [COLOURS[1], COLOURS[2]],
      legend: { ...legend, left: 0, right: "auto", data: data.series.map((row, index) => ({ name: row.name, icon: index ? "diamond" : "circle" })) },
      tooltip: {
        ...tooltip, trigger: "item",
        formatter: ({ name, seriesIndex, dataIndex }) => {
          const [rate, low, high] = data.series[seriesIndex].data[dataIndex];
          return `${name}\n${data.series[seriesIndex].name}: ${percent(rate)} (${percent(low)} – ${percent(high)})`;
        },
      },
      grid: { ...inside, top: 56, right: 22 },
      xAxis: { ...values, min: Math.max(0, Math.floor(Math.min(...lows, data.whole ?? 100)) - 1), max: 100, axisLabel: { color: SOFT, formatter: "{value} %" } },
      yAxis: names(data, 120),
      series: data.series.map((row, index) => ({
        ...row, type: "custom", renderItem: draw(index), encode: { x: [0, 1, 2], y: -1 },
        data: row.data.map((one, at) => (one ? { name: data.x[at], value: [...one, at] } : { name: data.x[at], value: [NaN, NaN, NaN, at] })),
        ...(index || data.whole === null ? {} : {
          markLine: {
            silent: true, symbol: "none", data: [{ xAxis: data.whole }],
            label: { formatter: data.whole_name, color: INK, position: "start", distance: 6 },
            lineStyle: { color: INK, type: "solid", width: 1 },
          },
        }),
      })),
    };
  };

  const survival = (data) => ({
    color: [COLOURS[1]],
    tooltip: { ...tooltip, trigger: "axis", formatter: ([one]) => `${one.value[0]} ${data.days}\n${data.name}: ${one.value[1].toFixed(1)} %` },
    grid: { ...inside, top: 24, right: 24, bottom: 18 },
    xAxis: { ...values, min: 0, minInterval: 1, name: data.days, nameLocation: "middle", nameGap: 24, splitLine: { show: false } },
    yAxis: { ...values, min: 0, max: 100, axisLabel: { color: SOFT, formatter: "{value} %" } },
    series: [{
      name: data.name, type: "line", step: "end", showSymbol: false, triggerLineEvent: true, data: data.x, lineStyle: { width: 2 },
      areaStyle: { opacity: 0.08 },
      markPoint: {
        symbol: "circle", symbolSize: 9, itemStyle: { color: COLOURS[4] },
        label: { show: true, position: "right", distance: 8, color: INK, textBorderColor: "#fff", textBorderWidth: 3 },
        data: data.marks.map((mark) => ({ coord: [mark.day, mark.share], name: mark.label, label: { formatter: mark.label } })),
      },
    }],
  });

  // So many pixels hold the map and its legend beside each other; else the legend stands below.
  const BESIDE = 450;
  const map = (data) => ({
    tooltip: { ...tooltip, trigger: "item", formatter: ({ data: one }) => (one ? `${one.label_name}\n${data.title}: ${one.text}` : "") },
    visualMap: {
      type: "piecewise", selectedMode: false, ...(data.width < BESIDE ? { left: 4, bottom: 0 } : { right: 4, top: 4 }), itemSymbol: "rect", textStyle: { color: INK },
      pieces: data.legend.map((one) => ({ value: one.value, label: one.label, color: one.value < 0 ? GREY : SHADES[one.value] })),
    },
    series: [{
      type: "map", map: "outlines", nameProperty: "code", roam: false, selectedMode: false, aspectScale: 0.74,
      // As wide as its height lets it: a width of its own would stretch it.
      ...(data.width < BESIDE ? { top: 8, bottom: data.legend.length * 24 + 12, left: "center" } : { top: 8, bottom: 8, left: 8 }),
      itemStyle: { borderColor: "#fff", borderWidth: 1.5, areaColor: GREY },
      emphasis: { itemStyle: { areaColor: null, borderColor: "#b85c00", borderWidth: 3 }, label: { color: INK } },
      label: {
        show: true, color: INK, fontSize: data.width < BESIDE ? 10 : 12, textBorderColor: "#fff", textBorderWidth: 3,
        formatter: ({ data: one }) => (one ? `${one.label_name}\n${one.text}` : ""),
      },
      labelLayout: { hideOverlap: false },
      data: data.regions.map((one) => ({ name: one.code, value: one.value, label_name: one.name, text: one.text })),
    }],
  });

  // The map of the big screen, as high as the screen lets it or on a phone as wide: names in both languages, open cases and below them the overdue ones. The more, the lighter.
  const wall = (data) => {
    const unit = Math.max(window.innerHeight, 480) / 100;
    const edge = { textBorderColor: "#0d1b2c", textBorderWidth: 4, align: "center" };
    const line = (one) => [
      `{zh|${one.zh}}`, `{ko|${one.ko}}`, `{open|${one.open}}${one.overdue ? `{late|  ${one.overdue}}` : ""}`,
    ].join("\n");
    return {
      visualMap: {
        type: "piecewise", selectedMode: false, left: 0, top: 0, itemSymbol: "rect", itemWidth: unit * 4, itemHeight: unit * 2.4,
        itemGap: unit, textStyle: { color: "#f2f6fb", fontSize: unit * 2.4 },
        pieces: data.legend.map((one) => ({ ...one, color: WALL_SHADES[one.value] })),
      },
      series: [{
        type: "map", map: "outlines", nameProperty: "code", roam: false, selectedMode: false, silent: true, aspectScale: 0.74,
        ...(data.narrow ? { top: unit * 12, left: 8, right: 8 } : { top: unit, bottom: unit, left: "center" }),
        itemStyle: { borderColor: "#0d1b2c", borderWidth: 2, areaColor: "#13273f" },
        label: {
          show: true,
          formatter: ({ data: one }) => (one ? line(one) : ""),
          rich: {
            zh: { ...edge, color: "#fff", fontSize: unit * 2.6, fontWeight: 600 },
            ko: { ...edge, color: "#e9f1fa", fontSize: unit * 2 },
            open: { ...edge, color: "#fff", fontSize: unit * 3.4, fontWeight: 700 },
            late: { ...edge, color: "#ffd24d", fontSize: unit * 3.4, fontWeight: 700 },
          },
        },
        data: data.regions.map((one) => ({ ...one, name: one.code })),
      }],
    };
  };

  // What was seen, against what was expected and between what 19 of 20 weeks lie: {"x", "low", "high", "series"}.
  const band = (data) => {
    const edge = { type: "line", stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
    const [seen, expected] = data.series;
    return {
      ...common(data),
      legend: { ...legend, data: data.series.map((row) => row.name) },
      grid: inside,
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

  return { trend, backlog, bars, forest, survival, map, wall, band };
})();
