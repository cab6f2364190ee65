/** The one stylesheet, served at `/style.css`. Colours in pairs of at least 4.5:1, by day and by night. */
export const stylesheet = `:root {
  color-scheme: light dark;
  --back: #f6f2ec;
  --card: #fffdfa;
  --line: #e4dcd1;
  --edge: #8a7f73;
  --ink: #2b2622;
  --soft: #655c53;
  --leaf: #1f5f4a;
  --leaf-deep: #17493a;
  --on-leaf: #ffffff;
  --tint: #e6efe8;
  --clay: #9a3412;
  --clay-tint: #fbece4;
  --width: 58rem;
  --shadow: 0 1px 2px rgb(60 45 30 / 6%), 0 12px 32px -16px rgb(60 45 30 / 18%);
}

@media (prefers-color-scheme: dark) {
  :root {
    --back: #1b1917;
    --card: #262320;
    --line: #3d3833;
    --edge: #8f857a;
    --ink: #f1ebe4;
    --soft: #b9afa4;
    --leaf: #8fd3b6;
    --leaf-deep: #b3e4cf;
    --on-leaf: #10241c;
    --tint: #24332c;
    --clay: #f5a584;
    --clay-tint: #3a2620;
    --shadow: 0 1px 2px rgb(0 0 0 / 30%), 0 12px 32px -16px rgb(0 0 0 / 60%);
  }
}

*, *::before, *::after { box-sizing: border-box }

html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }

body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: flex;
  flex-direction: column;
  background: var(--back);
  color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Ubuntu, Cantarell, sans-serif;
  overflow-wrap: anywhere;
}

h1, h2, h3 { line-height: 1.2; text-wrap: balance; letter-spacing: -0.011em }
h1 { margin: 0 0 0.6em; font-size: clamp(1.5rem, 1.2rem + 1.5vw, 1.75rem); font-weight: 700; letter-spacing: -0.02em }
h2 { margin: 0 0 0.7em; font-size: 1.25rem; font-weight: 650 }
h3 { margin: 0 0 0.25em; font-size: 1.0625rem; font-weight: 650 }
p, ul, ol { margin: 0 0 1em }
ul { padding-left: 1.2em }
li + li { margin-top: 0.35em }
li::marker { color: var(--leaf) }
a { color: var(--leaf); text-underline-offset: 0.18em; text-decoration-thickness: 0.08em }
a:hover { color: var(--leaf-deep); text-decoration-thickness: 0.14em }

:focus-visible { outline: 3px solid var(--leaf); outline-offset: 3px; border-radius: 6px }
main:focus { outline: none }

.skip {
  position: absolute;
  left: 1rem;
  top: -6rem;
  padding: 0.7rem 1.1rem;
  background: var(--card);
  border-radius: 10px;
  box-shadow: var(--shadow);
  z-index: 1;
}
.skip:focus { top: 1rem }

.top, main, .bottom { width: 100%; max-width: var(--width); margin: 0 auto; padding: 0 1.25rem }
.top { padding-top: 1.25rem; padding-bottom: 1.25rem }
main { flex: 1 }
.bottom { padding-top: 2.5rem; padding-bottom: 1.5rem; color: var(--soft); font-size: 0.875rem }
.bottom p { margin: 0 }

.brand {
  display: inline-flex;
  align-items: center;
  gap: 0.65rem;
  min-height: 2.75rem;
  color: var(--ink);
  font-weight: 650;
  text-decoration: none;
}
.brand:hover { color: var(--leaf) }
.mark { flex: none }
.mark-arch { stroke: var(--leaf) }
.mark-door { fill: var(--leaf) }
.mark-knob { fill: var(--back) }

.hero { padding: 1.5rem 0 1.75rem; max-width: 38rem }
.hero h1 { margin-bottom: 0.4em; font-size: clamp(2rem, 1.4rem + 3vw, 3rem) }
.hero .lead { margin: 0 }
.lead { color: var(--soft); font-size: 1.125rem; text-wrap: pretty }
.hero .lead { font-size: 1.25rem; line-height: 1.5 }

.card {
  padding: 1.5rem;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 16px;
  box-shadow: var(--shadow);
}
.card > :last-child { margin-bottom: 0 }
.card + .pair, .pair .card + .card { margin-top: 1.25rem }
body:has(.narrow) { --width: 36rem }
.narrow { margin-top: 0.5rem }
.narrow h2 { margin-top: 1.5em }

.steps { display: grid; gap: 1.5rem; padding: 0; list-style: none; counter-reset: step }
.steps li { position: relative; margin: 0; padding-left: 3.25rem; counter-increment: step }
.steps li::before {
  content: counter(step);
  position: absolute;
  left: 0;
  top: 0;
  width: 2.25rem;
  height: 2.25rem;
  display: grid;
  place-items: center;
  background: var(--tint);
  color: var(--leaf);
  border-radius: 50%;
  font-weight: 700;
}
.steps p { margin: 0; color: var(--soft) }

.links { padding: 0; list-style: none }
.links li + li { margin-top: 0 }
.links a { display: inline-block; padding: 0.2rem 0 }

.whose {
  margin: 0 0 1.25rem;
  padding: 0.7rem 1rem;
  background: var(--tint);
  border-radius: 10px;
}
.whose span { color: var(--soft) }
.whose span::after { content: ':' }

label { display: block; margin: 0 0 0.4rem; font-weight: 650 }
input:where([type='password'], [type='text'], [type='email']), textarea {
  width: 100%;
  min-height: 3rem;
  padding: 0.6rem 0.9rem;
  background: var(--back);
  color: var(--ink);
  border: 1.5px solid var(--edge);
  border-radius: 10px;
  font: inherit;
}
textarea { display: block; min-height: 6.5rem; resize: vertical }
input[type='password'] { letter-spacing: 0.06em }
input.key { font-family: ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace; font-size: 1rem }
input:focus-visible, textarea:focus-visible { border-color: var(--leaf); outline-offset: 1px; border-radius: 10px }
input[aria-invalid='true'] { border-color: var(--clay) }

.hint { margin: 0.9rem 0 1.5rem; color: var(--soft); font-size: 0.9375rem }
.hint p { margin: 0 0 0.35rem }
.hint ul { margin: 0 0 0.8rem }
.hint li + li { margin-top: 0.15em }

fieldset { margin: 0 0 1.5rem; padding: 0; border: 0; min-width: 0 }
legend { margin: 0 0 0.4rem; padding: 0; font-weight: 650 }
.choice { display: flex; gap: 0.7rem; align-items: flex-start; margin: 0 0 0.35rem; padding: 0.35rem 0; font-weight: 400 }
.choice input { flex: none; width: 1.25rem; height: 1.25rem; margin: 0.22rem 0 0; accent-color: var(--leaf) }

button, .button {
  display: inline-block;
  min-height: 3rem;
  padding: 0.7rem 1.5rem;
  background: var(--leaf);
  color: var(--on-leaf);
  border: 0;
  border-radius: 10px;
  font: inherit;
  font-weight: 650;
  text-align: center;
  text-decoration: none;
  cursor: pointer;
  transition: background-color 0.15s;
}
button:hover, .button:hover { background: var(--leaf-deep); color: var(--on-leaf) }
button:focus-visible, .button:focus-visible { border-radius: 10px }
button.plain { background: none; color: var(--leaf); box-shadow: inset 0 0 0 1.5px var(--leaf) }
button.plain:hover { background: var(--tint); color: var(--leaf-deep) }
button.grave { background: var(--clay); color: var(--card) }
button.grave:hover { background: var(--clay); color: var(--card); text-decoration: underline; text-underline-offset: 0.2em }
button:disabled { opacity: 0.6; cursor: progress }
form button { width: 100% }

.quiet { margin: 0.9rem 0 0; color: var(--soft); font-size: 0.9375rem }
form + .quiet { text-align: center }

.problem {
  margin: 0 0 1.5rem;
  padding: 1rem 1.15rem;
  background: var(--clay-tint);
  border-left: 4px solid var(--clay);
  border-radius: 10px;
}
.problem h2 { margin: 0 0 0.3rem; color: var(--clay); font-size: 1.0625rem }
.problem p { margin: 0 }
.problem a { color: inherit }

.state { display: block; margin: 0 0 1rem; fill: var(--tint); stroke: var(--leaf); stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round }
.state circle { stroke: none }
.state path { fill: none }
.state.stopped { fill: var(--clay-tint); stroke: var(--clay) }

.field { margin: 0 0 1.5rem }
.field > .hint { margin: 0.5rem 0 0 }
.field > .hint :last-child { margin-bottom: 0 }
h1:focus, .problem:focus { outline: none }
section > h2 { margin: 1.75em 0 0.6em }
section.card > h2 { margin-top: 0 }
.notice, .place { margin: 0 0 1.5rem; padding: 0.8rem 1rem; background: var(--tint); border-radius: 10px }
.place { font-weight: 650 }
.quote {
  margin: 0 0 1.5rem;
  padding: 0.2rem 0 0.2rem 1.1rem;
  border-left: 3px solid var(--leaf);
  white-space: pre-wrap;
}
.facts { margin: 0 0 1.25rem }
.facts div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0.55rem 0; border-bottom: 1px solid var(--line) }
.facts div:last-child { border-bottom: 0 }
.facts dt { flex: 1 1 11rem; color: var(--soft) }
.facts dd { flex: 2 1 12rem; margin: 0 }
.facts .name { display: block; font-weight: 650 }
.badge { display: inline-flex; align-items: center; gap: 0.5rem }
.badge::before { content: ''; width: 0.7rem; height: 0.7rem; border: 2px solid var(--edge); border-radius: 50% }
.badge.processing::before { border-color: var(--leaf); border-right-color: transparent; animation: turn 1.2s linear infinite }
.badge.success::before { border-color: var(--leaf); background: var(--leaf) }
.badge.failed::before { border-color: var(--clay); background: var(--clay); border-radius: 2px }
@keyframes turn { to { transform: rotate(1turn) } }
.secret { margin: 0 0 1.75rem; padding: 1.25rem; background: var(--tint); border-radius: 12px }
.secret h2 { margin-top: 0 }
.secret :last-child { margin-bottom: 0 }
.secret code {
  display: block;
  padding: 0.8rem 1rem;
  background: var(--card);
  border: 1.5px dashed var(--leaf);
  border-radius: 10px;
  font: 650 1.25rem/1.4 ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace;
  overflow-wrap: anywhere;
  user-select: all;
}
.withdraw { margin-top: 1.25rem; padding-top: 1rem; border-top: 1px solid var(--line) }
summary { display: list-item; padding: 0.5rem 0; color: var(--clay); cursor: pointer }
summary:hover { text-decoration: underline; text-underline-offset: 0.18em }
.withdraw[open] summary { margin-bottom: 0.5rem }
body:has(.desk) { --width: 52rem }
.desk > * + * { margin-top: 1.25rem }
form + form { margin-top: 1rem }
h2 + .quiet { margin-top: 0 }
.quiet + form { margin-top: 1.25rem }
.desk .facts + form { margin-bottom: 1.5rem }
.note { margin: 0 0 1rem; padding: 0.8rem 1rem; background: var(--back); border-radius: 10px }
.note .quiet { margin: 0 0 0.25rem }
.note .written { margin: 0; white-space: pre-wrap }
[aria-busy='true'] { cursor: progress }

.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: -1px;
  padding: 0;
  border: 0;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

@media (min-width: 44rem) {
  .card { padding: 2rem }
  .steps { grid-template-columns: repeat(3, 1fr); gap: 2rem }
  .steps li { padding: 3.25rem 0 0 }
  .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1.25rem }
  .pair .card + .card { margin-top: 0 }
  form button { width: auto; min-width: 12rem }
  form + .quiet { text-align: left }
}

@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation: none !important; transition: none !important; scroll-behavior: auto !important }
}

@media (forced-colors: active) {
  .card, button, .button, .secret code { border: 1px solid }
  .problem { border-left: 4px solid }
}

@media print {
  .skip, .bottom { display: none }
  .card { border: 0; box-shadow: none }
}
`
