import { expect, test } from "vitest";
import { Fold } from "./fold.ts";
import { parseFile } from "./parse-file.ts";
import { reportHtml } from "./report-html.ts";
import { reportTable } from "./report-table.ts";
import { printTotals, type Totals } from "./totals.ts";

function totalsOf(files: Record<string, string>): Totals {
	const fold = new Fold();
	for (const [index, [path, source]] of Object.entries(files).entries())
		fold.add(parseFile({ path, index, kind: ".ts" }, Buffer.from(source)));
	const folded = fold.totals();
	return { ...folded, duplicates: { ...folded.duplicates, largest: [] }, unreadableFolders: { count: 0, listed: [] } };
}

const hostile = '<script>alert("1")</script>&\'.ts';

test("the printed totals have sorted keys at every level and end in a newline", () => {
	const text = printTotals(totalsOf({ "a.ts": "import 'a';\nfunction f() {}\n", "b.ts": "(" }));
	JSON.parse(text, (_, value: unknown) => {
		if (typeof value === "object" && value !== null && !Array.isArray(value))
			expect(Object.keys(value)).toEqual(Object.keys(value).toSorted());
		return value;
	});
	expect(text.endsWith("}\n")).toBe(true);
});

test("the HTML report has plots, loads nothing, runs nothing, and escapes what comes from files", async () => {
	const html = await reportHtml(
		totalsOf({ [hostile]: `import '${"a"}';\nx = { "<img src=x onerror=y>": () => {} };\n`, "b.ts": "function (" }),
	);
	expect(html.match(/<svg/g)?.length).toBe(6);
	expect(html).not.toMatch(/<script|<img|<link|<iframe|@import|url\(/);
	expect(html).not.toMatch(/(?:src|href)\s*=\s*["']/);
	expect(html.replaceAll(/xmlns(?::xlink)?="[^"]*"/g, "")).not.toMatch(/https?:/);
	expect(html).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;.ts");
});

test("reports of nothing are reports", async () => {
	const nothing = totalsOf({});
	expect(await reportHtml(nothing)).toContain("</html>");
	expect(reportTable(nothing)).toContain("0 files");
});

test("the table lists what does not parse, with its place and reason", () => {
	expect(reportTable(totalsOf({ "bad.ts": "\n  ]" }))).toContain("bad.ts:2:3 ");
});
