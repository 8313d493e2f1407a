import { beforeEach, expect, test, vi } from "vitest";

const { asked } = vi.hoisted(() => ({ asked: [] as FakeRequest[] }));

class FakeRequest {
  upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  status = 0;
  response: unknown = null;
  address = "";
  onload?: () => void;
  onabort?: () => void;
  onloadend?: () => void;
  constructor() {
    asked.push(this);
  }
  open(_method: string, address: string): void {
    this.address = address;
  }
  setRequestHeader(): void {}
  send(): void {}
  abort(): void {
    this.onabort?.();
    this.onloadend?.();
  }
}

vi.stubGlobal("XMLHttpRequest", FakeRequest);
vi.mock("../src/session/tokens", () => ({ freshToken: () => Promise.resolve("token") }));

const { explainSending, send } = await import("../src/files/sending");
const { text } = await import("../src/text");

beforeEach(() => {
  asked.length = 0;
});

function begun(onProgress: (percent: number) => void = () => undefined) {
  const ending = new AbortController();
  const sending = send({ path: "/files/f/versions", form: new FormData(), onProgress, signal: ending.signal });
  return { ending, sending };
}

test("a new version is sent to its file, and tells how far it is", async () => {
  const told: number[] = [];
  const { sending } = begun((percent) => told.push(percent));
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  const [ask] = asked;
  expect(ask?.address).toBe("/api/files/f/versions");
  ask?.upload.onprogress?.({ loaded: 1, total: 3 });
  Object.assign(ask ?? {}, { status: 201, response: { id: "f" } });
  ask?.onload?.();
  expect(await sending).toEqual({ id: "f" });
  expect(told).toEqual([33]);
});

test("a refusal is said in the service's words", async () => {
  const { sending } = begun();
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  const detail = "A file may have 100 versions.";
  Object.assign(asked[0] ?? {}, { status: 409, response: { type: "too_many_versions", detail } });
  asked[0]?.onload?.();
  expect(await sending.catch(explainSending)).toBe(detail);
});

test("one that is cancelled ends, and before its beginning nothing is asked", async () => {
  const { ending, sending } = begun();
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  ending.abort();
  expect(await sending.catch(explainSending)).toBe(text.files.failed);
  const early = begun();
  early.ending.abort();
  await expect(early.sending).rejects.toThrow();
  expect(asked).toHaveLength(1);
});
