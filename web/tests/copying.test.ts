import { afterEach, expect, test, vi } from "vitest";

import { copy } from "../src/ui/copy";
import { notify } from "../src/ui/notices";

vi.mock("../src/ui/notices", () => ({ notify: vi.fn() }));

afterEach(() => vi.unstubAllGlobals());

test("what is copied is said to be", async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  await copy("http://nexus.example/c/1/m/2", "Link copied");
  expect(writeText).toHaveBeenCalledWith("http://nexus.example/c/1/m/2");
  expect(notify).toHaveBeenLastCalledWith("Link copied");
});

test("where a browser has no clipboard to give, the words are shown to be copied by hand", async () => {
  vi.stubGlobal("navigator", {});
  await copy("http://nexus.example/c/1/m/2");
  expect(notify).toHaveBeenLastCalledWith(expect.stringContaining("http://nexus.example/c/1/m/2"), true);
});
