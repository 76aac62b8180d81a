import { THEME } from '../charts/palette.js';

const { light, dark } = THEME;

/** The page's style sheet: the system's own fonts, light or dark as the reader is set, fit to print. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--ground:${light.ground};--text:${light.text};--faint:${light.faint};--panel:#f4f5f6;--line:#dcdfe3;--good:#0b6b4c;--bad:#b04400;--warn:#7a5600;--focus:#2b7fc4}
@media (prefers-color-scheme:dark){:root{--ground:${dark.ground};--text:${dark.text};--faint:${dark.faint};--panel:#1e2125;--line:#363b42;--good:#4cc79f;--bad:#ff9a57;--warn:#e3b341;--focus:#6fb1ea}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 20px;overflow-wrap:anywhere}
header{padding-top:24px}
h1{font-size:24px;line-height:1.25;margin:0 0 4px}
h2{font-size:18px;margin:40px 0 4px}
h3{font-size:14px;margin:16px 0 4px}
p{margin:4px 0 12px;max-width:78ch}
.faint,figcaption,caption{color:var(--faint);font-size:13px}
.banner{background:#ffd866;color:#2b2100;font-weight:700;padding:10px 20px;text-align:center}
.answer{display:inline-block;font-weight:700;letter-spacing:.02em;border:2px solid;border-radius:6px;padding:2px 10px;margin:8px 0}
.answer.route{color:var(--good)}.answer.do_not_route{color:var(--bad)}.answer.too_close{color:var(--warn)}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
.checks{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:12px;padding:0;list-style:none;margin:12px 0}
.checks li,.small li{background:var(--panel);border-radius:8px;padding:10px 12px;min-width:0}
.checks p{font-size:13px;margin:4px 0}
.small{display:flex;flex-wrap:wrap;gap:12px;padding:0;list-style:none;margin:12px 0}
.small li.multiple{width:238px}
figure{margin:12px 0}
svg{max-width:100%;height:auto;overflow:visible}
.name{stroke:var(--ground);stroke-width:3px;paint-order:stroke}
.letter-ground circle,.letter-ground path{fill:var(--ground)}
#frontier{outline-offset:4px}
#frontier-stage{position:relative}
#frontier-plot{touch-action:pan-y;min-width:0}
#frontier-plot svg{display:block}
#frontier-tip{position:absolute;z-index:2;pointer-events:none;background:var(--ground);border:1px solid var(--line);border-radius:8px;box-shadow:0 4px 18px #0004;padding:8px 12px;font-size:13px;width:max-content;max-width:min(320px,92%)}
#frontier-tip dl{display:grid;grid-template-columns:auto 1fr;gap:0 12px;margin:4px 0}
#frontier-tip dt{color:var(--faint)}#frontier-tip dd{margin:0;font-variant-numeric:tabular-nums}
#frontier-ring{position:absolute;pointer-events:none;width:22px;height:22px;margin:-11px 0 0 -11px;border:2px solid var(--text);border-radius:50%}
.controls{display:flex;flex-wrap:wrap;gap:6px;align-items:center;margin:8px 0}
.controls .group{display:contents}
button{font:inherit;font-size:13px;color:inherit;background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:3px 9px;cursor:pointer}
button:focus-visible,#frontier:focus-visible,summary:focus-visible{outline:2px solid var(--focus)}
button[aria-pressed=false]{opacity:.5;text-decoration:line-through}
[data-axis][aria-pressed=false]{text-decoration:none}
[data-axis][aria-pressed=true]{border-color:var(--text)}
.key{display:inline-block;min-width:17px;height:17px;line-height:14px;border:2px solid;border-radius:9px;font-size:10px;font-weight:700;text-align:center;margin-right:6px;background:var(--ground)}
.key b{color:var(--text)}
.scroll{overflow-x:auto;margin:8px 0}
table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
th,td{padding:4px 10px 4px 0;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap;overflow-wrap:normal}
caption{text-align:left;padding-bottom:4px}
thead th{vertical-align:bottom;color:var(--faint);font-weight:600}
thead button{background:none;border:0;padding:0;color:inherit;font-weight:inherit;text-align:left}
thead th[aria-sort=ascending] button::after{content:" ▲"}thead th[aria-sort=descending] button::after{content:" ▼"}
tbody th{font-weight:500}
tr.chosen th{font-weight:700}
td.number,th.number{text-align:right}
.facts th{white-space:nowrap;vertical-align:top;color:var(--faint)}.facts td{white-space:normal;overflow-wrap:anywhere}
.facts{width:100%}
details{margin:8px 0}summary{cursor:pointer}
ul.notes{padding-left:20px;font-size:14px}
footer{padding:24px 20px 48px}
[hidden]{display:none!important}
@media (max-width:560px){body{font-size:14px}main,header,footer{padding-left:12px;padding-right:12px}}
@media print{.controls,#frontier-tip,#frontier-ring{display:none!important}body{font-size:11px}h2{break-after:avoid}figure,.checks li,.small li,tr{break-inside:avoid}.scroll{overflow:visible}.banner{-webkit-print-color-adjust:exact;print-color-adjust:exact}main,header,footer{max-width:none}}
`;
