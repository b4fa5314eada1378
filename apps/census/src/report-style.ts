/**
 * The look of the HTML report: one column, system fonts, readable in print. Inlined into the page, which loads nothing.
 * Pure data.
 */
export const reportStyle = `
body { margin: 0; background: #f6f7f9; color: #1d2330; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 1.7rem; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin-bottom: 1rem; }
.cards div, figure, section { background: #fff; border: 1px solid #e1e4ea; border-radius: .5rem; padding: 1rem; }
.cards div { color: #5a6376; }
.cards b { display: block; color: #1d2330; font-size: 1.35rem; }
figure, section { margin: 0 0 1rem; overflow-x: auto; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
figure svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th { text-align: left; color: #5a6376; font-weight: 600; }
th, td { padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #eef0f4; overflow-wrap: anywhere; }
td.n { font-variant-numeric: tabular-nums; white-space: nowrap; }
footer { color: #5a6376; font-size: .85rem; }
footer p { margin: .2rem 0; }
`;
