import { describe, expect, test } from "vitest";

import type { Derived, Making, StoredFile } from "../src/api/files";
import type { Link } from "../src/api/links";
import { Problem, explain } from "../src/api/problem";
import { conversionTo, othersOf, previewOf } from "../src/files/converting";
import { rightsTo } from "../src/files/rights";
import { USUAL, inOrder, refusedTerms, termsOf } from "../src/files/terms";
import { text } from "../src/text";

describe("rights", () => {
  const file = { uploadedBy: "ada" } as StoredFile;

  test("who uploaded a file and admins change it, others do not", () => {
    expect(rightsTo(file, "ada", "guest").change).toBe(true);
    expect(rightsTo(file, "bo", "admin").change).toBe(true);
    expect(rightsTo(file, "bo", "member").change).toBe(false);
  });

  test("all but guests make links", () => {
    const share = (["owner", "admin", "member", "guest", undefined] as const).map((role) => rightsTo(file, "ada", role).share);
    expect(share).toEqual([true, true, true, false, false]);
  });
});

describe("terms of a link", () => {
  const now = Date.parse("2026-03-01T12:00:00Z");

  test("what is left open has no bound", () => {
    expect(termsOf({ ...USUAL, lifetime: "never" }, now)).toEqual({});
    expect(termsOf(USUAL, now)).toEqual({ expiresAt: "2026-03-08T12:00:00.000Z" });
  });

  test("password and limit go as they were said", () =>
    expect(termsOf({ lifetime: "day", password: " four", limit: "3" }, now)).toEqual({
      ...{ expiresAt: "2026-03-02T12:00:00.000Z", password: " four", downloadLimit: 3 },
    }));

  test("an expiry that the installation does not allow is refused in a sentence", () => {
    const reason = "must be given: links here last 7 days at the most";
    const problem = new Problem(422, "invalid_request", "", [{ field: "expiresAt", reason }]);
    expect(explain(refusedTerms(problem))).toBe("The expiry must be given: links here last 7 days at the most.");
    const other = new Problem(409, "too_many_links", "A file may have 100 links: revoke some first.");
    expect(refusedTerms(other)).toBe(other);
  });
});

test("links that work come before those that do not, the newest first", () => {
  const link = (id: string, state: Link["state"], day: number) =>
    ({ id, state, createdAt: `2026-03-0${day}T00:00:00+00:00` }) as Link;
  const links = [link("old", "good", 1), link("gone", "revoked", 4), link("new", "good", 2), link("over", "expired", 3)];
  expect(inOrder(links).map(({ id }) => id)).toEqual(["new", "old", "gone", "over"]);
});

test("uses are counted towards the limit", () => {
  expect(text.files.links.uses(1, null)).toBe("1 download");
  expect(text.files.links.uses(2, 5)).toBe("2 of 5 downloads");
});

describe("conversions", () => {
  const job = (state: Making["state"], more: Partial<Making> = {}): Making => ({
    ...{ kind: "convert", state, progress: 0, reason: null, sentence: null, ...more },
  });
  const derived = (jobs: Making[], ...variants: string[]): Derived => ({
    previews: variants.map((variant) => ({ variant, mediaType: "image/png", size: 1 })),
    jobs,
    conversions: ["png", "pdf"],
  });

  test("what was made is there, and an office document's pages are of a PDF that is", () => {
    expect(conversionTo("png", derived([], "converted-png"), false)).toEqual({ state: "ready", variant: "converted-png" });
    expect(conversionTo("pdf", derived([], "page-1", "pdf"), true)).toEqual({ state: "ready", variant: "pdf" });
    expect(conversionTo("png", derived([], "converted-jpeg"), false)).toEqual({ state: "none" });
  });

  test("nothing is converted to what it is", () => {
    expect(othersOf(derived([]), "image/png")).toEqual(["pdf"]);
    expect(othersOf(derived([]), "image/tiff")).toEqual(["png", "pdf"]);
  });

  test("it is being made until it is there or failed", () => {
    expect(conversionTo("png", derived([job("waiting", { progress: 40 })]), true)).toEqual({ state: "making", percent: 40 });
    expect(conversionTo("png", derived([]), true)).toEqual({ state: "making", percent: 0 });
    expect(conversionTo("png", derived([job("failed", { reason: "time" })]), true)).toEqual({
      ...{ state: "failed", reason: "time" },
    });
  });

  test("a failure of before, or of a preview, is none of this one", () => {
    expect(conversionTo("png", derived([job("failed")]), false)).toEqual({ state: "none" });
    expect(conversionTo("png", derived([job("failed"), job("waiting")]), true).state).toBe("making");
    expect(conversionTo("png", derived([job("failed", { kind: "preview" })]), true).state).toBe("making");
  });

  test("a preview is being made until nothing waits, and is failed or there", () => {
    const waiting = [job("failed", { kind: "thumbnail" }), job("waiting", { kind: "preview", progress: 40 })];
    expect(previewOf(derived(waiting))).toEqual({ state: "making", percent: 40 });
    expect(previewOf(derived([job("waiting", { kind: "inspect", progress: 90 })]))).toEqual({ state: "making", percent: 0 });
    expect(previewOf(derived([job("failed", { kind: "preview", reason: "memory" })]))).toEqual({
      ...{ state: "failed", reason: "memory" },
    });
    expect(previewOf(derived([job("waiting"), job("failed")], "page-1"))).toEqual({ state: "none" });
    expect(text.files.notMade("memory")).toBe("The preview could not be made: it takes too much memory.");
  });

  test("why it failed is said where there are words for it", () => {
    expect(text.files.conversions.failed("pdf", "locked")).toContain("PDF: the file is locked by a password.");
    expect(text.files.conversions.failed("pdf", "internal_error")).toBe("The file could not be converted to PDF.");
  });
});
