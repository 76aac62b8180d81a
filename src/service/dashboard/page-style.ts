/** The dashboard's style sheet: the system's own fonts, light or dark as the reader is set or says. */
export const DASHBOARD_STYLE = `
:root{color-scheme:light dark;--ground:light-dark(#ffffff,#15171a);--text:light-dark(#1c1e21,#e6e7e9);--faint:light-dark(#5c6066,#a4a8ae);--panel:light-dark(#f4f5f6,#1e2125);--raised:light-dark(#ffffff,#262a2f);--line:light-dark(#dcdfe3,#363b42);--good:light-dark(#0b6b4c,#4cc79f);--bad:light-dark(#a83f00,#ff9a57);--focus:light-dark(#2b7fc4,#6fb1ea);--c0:#2b7fc4;--c1:#d55e00;--c2:#12906a;--c3:#c2599a;--c4:#b07d0a;--c5:#8b6fd0;--rest:#7d7d7d}
:root[data-theme=light]{color-scheme:light}:root[data-theme=dark]{color-scheme:dark}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
header,main,footer,#faults{max-width:1200px;margin:0 auto;padding:0 20px;overflow-wrap:anywhere}
header{display:flex;flex-wrap:wrap;align-items:center;gap:4px 16px;padding-top:16px;padding-bottom:12px}
header p{margin:0;font-size:13px}
header .controls{margin-left:auto}
h1{font-size:20px;margin:0;display:flex;align-items:center;gap:8px}
h1 svg{fill:none;stroke:var(--c0);stroke-width:3;stroke-linecap:round}
h1 .faint{font-weight:400;font-size:20px}
h2{font-size:17px;line-height:1.3;margin:0 0 8px}
h3{font-size:14px;margin:16px 0 4px}
p{margin:4px 0 8px;max-width:78ch}
.faint,caption{color:var(--faint);font-size:13px}
.good{color:var(--good)}.bad{color:var(--bad)}
a{color:var(--focus)}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--ground);padding:4px 8px;z-index:9}
.banner{background:#ffd866;color:#2b2100;font-weight:700;padding:8px 20px;text-align:center}
.simulated{background:#ffd866;color:#2b2100;font-weight:700;font-size:10px;letter-spacing:.04em;border-radius:4px;padding:1px 5px;white-space:nowrap}
.alarm{border:1px solid var(--bad);border-left-width:5px;border-radius:8px;padding:8px 12px;margin:8px 0 16px}
#faults{padding:8px 12px;margin:0 auto 12px;max-width:1160px}
#faults ul{margin:4px 0;padding-left:20px;font-size:13px}
main:focus{outline:none}
main section,.tile{background:var(--panel);border-radius:10px;padding:16px 18px;margin:0 0 16px;min-width:0}
.tiles,.columns{display:grid;gap:0 16px;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr))}
.columns{align-items:start;grid-template-columns:repeat(auto-fit,minmax(min(440px,100%),1fr))}
.tile h3{margin:0;color:var(--faint);font-weight:600;font-size:13px}
.big{margin:2px 0 8px;color:var(--faint);font-size:13px}
.big strong{color:var(--text);font-size:28px;line-height:1.2;font-weight:650;letter-spacing:-.01em}
.apart{border-top:1px solid var(--line);margin:10px 0 0;padding-top:8px;font-size:13px;color:var(--faint)}
dl{margin:0;font-size:13px}
dl>div{display:flex;gap:12px;justify-content:space-between;padding:2px 0}
dt{color:var(--faint);flex:none;max-width:55%}dd{margin:0;text-align:right;min-width:0}
.titled{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;justify-content:space-between}
.titled h2{margin:0}
.controls{display:flex;flex-wrap:wrap;gap:8px;align-items:center}
button,select,input{font:inherit;font-size:13px;color:inherit;background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:4px 10px;min-height:30px}
button{cursor:pointer}button:hover{border-color:var(--faint)}
button:disabled{opacity:.55;cursor:default}
.choice{display:flex}
.choice button{border-radius:0;margin-left:-1px}.choice button:first-child{border-radius:6px 0 0 6px;margin:0}.choice button:last-child{border-radius:0 6px 6px 0}
button[aria-pressed=true]{background:var(--text);color:var(--ground);border-color:var(--text)}
button.danger{border-color:var(--bad);color:var(--bad)}
button.link{background:none;border:0;padding:0;min-height:0;color:inherit;text-decoration:underline;text-decoration-color:var(--line);text-underline-offset:3px;white-space:nowrap}
.filters label{font-size:13px;color:var(--faint)}.filters select{max-width:190px}
#login-form{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:12px 0}
#key{width:min(340px,100%)}
figure{margin:8px 0}
.stage{position:relative}
#spending-plot svg{display:block;max-width:100%}
.axis{stroke:var(--faint)}.grid{stroke:var(--line)}
.tick{fill:var(--faint);font-size:11.5px}
.column.pointed rect{filter:brightness(1.18)}
.fill-0{fill:var(--c0)}.fill-1{fill:var(--c1)}.fill-2{fill:var(--c2)}.fill-3{fill:var(--c3)}.fill-4{fill:var(--c4)}.fill-5{fill:var(--c5)}.fill-rest{fill:var(--rest)}
.colour-0{background:var(--c0)}.colour-1{background:var(--c1)}.colour-2{background:var(--c2)}.colour-3{background:var(--c3)}.colour-4{background:var(--c4)}.colour-5{background:var(--c5)}.colour-rest,.key.expected{background:var(--rest)}.key.live{background:var(--c0)}
.key{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;padding:0;margin:8px 0;font-size:13px}
.model{overflow-wrap:anywhere}
#spending-tip{position:absolute;top:0;z-index:2;pointer-events:none;background:var(--raised);border:1px solid var(--line);border-radius:8px;box-shadow:0 4px 18px #0003;padding:8px 12px;font-size:13px;width:max-content;max-width:min(320px,92%)}
summary{cursor:pointer;font-size:13px;color:var(--faint)}
.scroll{overflow-x:auto}.tall{max-height:min(620px,80vh);overflow-y:auto}.tall thead th{position:sticky;top:0;background:var(--panel)}
table{border-collapse:collapse;width:100%;font-size:13px}
td,th{overflow-wrap:normal}
caption{text-align:left;padding-bottom:4px}
th,td{text-align:left;font-weight:400;padding:5px 14px 5px 0;border-bottom:1px solid var(--line);vertical-align:baseline}
th{white-space:nowrap}thead th{color:var(--faint)}#savings-table thead th{white-space:normal}
tbody tr:last-child>*{border-bottom:0}
.number{text-align:right;white-space:nowrap}
#operations td{white-space:nowrap}#operations td.name{max-width:260px;white-space:normal;overflow-wrap:anywhere;min-width:130px}
#operations tbody tr{cursor:pointer}#operations tbody tr:hover{background:var(--raised)}
#operations .failed td:nth-child(7){color:var(--bad)}
#operations th,#operations td{padding-left:6px}
.meter{width:100%;height:10px;border-radius:5px;display:block;margin:0 0 10px}
.track{fill:light-dark(#e3e6e9,#2c3137)}
.figures,.suggestions{list-style:none;margin:8px 0;padding:0}
.figures{display:grid;gap:12px 32px;grid-template-columns:repeat(auto-fill,minmax(min(340px,100%),1fr))}.figures p{margin:0}
.named{display:flex;justify-content:space-between;gap:12px;font-size:13px}
.ranges{width:100%;display:block;margin:2px 0}
.mean.expected{fill:var(--rest)}.mean.live{fill:var(--c0)}
.reach{stroke:var(--text);stroke-width:1.5}
.badge{border:1px solid;border-radius:10px;padding:0 8px;font-size:12px;white-space:nowrap;align-self:start}
.badge.bad{font-weight:700}.badge.open{color:var(--faint)}
.suggestions li{background:var(--raised);border-radius:8px;padding:8px 12px;margin-bottom:8px}.suggestions p{margin:2px 0;font-size:13px}
pre{background:var(--raised);border:1px solid var(--line);border-radius:8px;padding:10px 12px;overflow-x:auto;margin:8px 0;font-size:13px}
code{font-family:ui-monospace,monospace;font-size:.93em}
dialog{border:1px solid var(--line);border-radius:12px;background:var(--ground);color:var(--text);padding:18px 20px;width:min(720px,94vw);max-height:90vh;overflow-wrap:anywhere}
dialog::backdrop{background:#0007}
dialog dl{margin-top:12px}dialog dl>div{border-bottom:1px solid var(--line)}
.forget{margin-top:16px}
footer{padding:4px 20px 32px}
@media(max-width:600px){header,main,footer{padding-left:12px;padding-right:12px}main section,.tile{padding:12px}header .controls{margin-left:0}.filters label{width:100%}.filters select{width:100%;max-width:none}}
@media(prefers-reduced-motion:no-preference){button{transition:border-color .15s}}
`;
