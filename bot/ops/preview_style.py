"""How the page of ``linkbot preview`` looks: Discord's colours and measures, dark or light as the reader has set."""

__all__ = ["STYLE"]

STYLE = """
:root { color-scheme: light dark; --page: #f2f3f5; --chat: #fff; --embed: #f2f3f5; --edge: #e3e5e8; --strong: #060607;
  --text: #313338; --faint: #5c5e66; --link: #006ce7; --yes: #1a7f37; --no: #c22b34; --near: #8a5a00 }
@media (prefers-color-scheme: dark) { :root { --page: #1e1f22; --chat: #313338; --embed: #2b2d31; --edge: #3f4147;
  --strong: #f2f3f5; --text: #dbdee1; --faint: #a3a6aa; --link: #00a8fc; --yes: #57c97a; --no: #ff7b80;
  --near: #f0b232 } }
* { box-sizing: border-box }
body { margin: 0; padding: 1.5rem; background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 1rem/1.375 "gg sans", "Noto Sans", "Helvetica Neue", Helvetica, Arial, sans-serif }
main { display: grid; grid-template-columns: minmax(0, 38rem) minmax(0, 1fr); gap: 1.5rem; max-width: 82rem;
  margin: 0 auto; align-items: start }
main > div { display: grid; gap: 1.5rem }
@media (max-width: 62rem) { main { grid-template-columns: minmax(0, 1fr); gap: .75rem } body { padding: .75rem }
  main > div { display: contents } .sums { order: 1 } }
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0 }
h1 { font-size: 1.25rem; line-height: 1.3; color: var(--strong) }
h2 { font-size: .75rem; letter-spacing: .02em; text-transform: uppercase; color: var(--faint); margin-bottom: .5rem }
h3 { font-size: 1rem; color: var(--strong) }
section { min-width: 0; padding: 1rem; border-radius: 8px; background: var(--chat); border: 1px solid var(--edge) }
section > * + h2 { margin-top: 1.25rem }
.path, code { font: .8125rem/1.4 Consolas, "DejaVu Sans Mono", Menlo, monospace }
.path { color: var(--faint); margin-bottom: .5rem }
a { color: var(--link); text-decoration: none }
a:hover { text-decoration: underline }
.message { display: grid; grid-template-columns: 40px minmax(0, 1fr); column-gap: 1rem; padding-block: 1.25rem }
.avatar { width: 40px; height: 40px; border-radius: 50%; background: #5865f2; color: #fff; font-size: 1.25rem;
  font-weight: 600; line-height: 40px; text-align: center }
.who { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .35rem; line-height: 1.375rem }
.who strong { color: var(--strong); font-weight: 600 }
.app { padding: 0 .3rem; border-radius: 3px; background: #5865f2; color: #fff; font-size: .625rem; font-weight: 600;
  line-height: .95rem }
.who time { color: var(--faint); font-size: .75rem }
.embed { display: grid; row-gap: .5rem; max-width: 520px; margin-top: .25rem; padding: .75rem 1rem 1rem .75rem;
  background: var(--embed); border: 1px solid var(--edge); border-left: 4px solid var(--bar); border-radius: 4px }
.author { font-size: .875rem; font-weight: 600; color: var(--strong) }
.title { font-weight: 600 }
.title:not(a) { color: var(--strong) }
.description { font-size: .875rem; line-height: 1.3; white-space: pre-line }
.footer { font-size: .75rem; color: var(--text) }
.rules { list-style: none; display: grid; gap: .35rem; font-size: .9375rem }
.rules > li { display: grid; grid-template-columns: 1.1rem minmax(0, 1fr); column-gap: .35rem }
.rules b { color: var(--strong); font-weight: 600 }
.rules .rules, .facts { margin: .35rem 0 .25rem; font-size: .875rem }
.facts { list-style: none; display: grid; gap: .25rem; color: var(--text) }
.facts li { padding-left: 1.1rem; text-indent: -1.1rem }
.facts li::before { content: "→ "; color: var(--faint) }
.yes { color: var(--yes) } .no { color: var(--no) } .near, .neither, .number.cut { color: var(--near) }
.known { list-style: none; display: grid; gap: .5rem }
table { width: 100%; border-collapse: collapse; font-size: .875rem }
th, td { padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top; font-weight: 400;
  border-top: 1px solid var(--edge) }
tr:first-child > * { border-top: 0 }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
td:last-child { padding-right: 0; width: 60% }
@media (max-width: 30rem) { td:last-child { width: 45% } section { padding: .75rem }
  .message { column-gap: .6rem } }
"""
