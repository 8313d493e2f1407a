import { describe, expect, test } from "vitest";

import { dayAfter, described, startOf } from "../src/administration/audit";
import { isForFew, nothing, ranksFor } from "../src/administration/ranks";
import { isShorter, verify } from "../src/administration/retention";
import { sectionsFor } from "../src/administration/SettingsDialog";

const names = new Map([
  ["u1", "Ada"],
  ["c1", "#plans"],
]);

describe("the audit log", () => {
  test("names people and channels, and leaves out ids that say nothing", () => {
    const details = { id: "h1", userId: "u1", channelId: "c1", messageId: "m1", formerRole: "guest", until: null };
    expect(described(details, names, "as usual")).toBe("user: Ada · channel: #plans · former role: guest");
  });

  test("says what was given and what was taken back", () =>
    expect(described({ rights: { pin: "admin", post: null }, posters: ["u1", "u2"] }, names, "as usual")).toBe(
      "rights: pin admin, post as usual · posters: Ada, u2",
    ));

  test("a day reaches from its midnight to the next, also where clocks change", () => {
    expect(startOf("")).toBe("");
    expect(dayAfter("")).toBe("");
    expect(new Date(startOf("2026-03-29")).getHours()).toBe(0);
    expect(dayAfter("2026-03-28")).toBe(startOf("2026-03-29"));
    expect(dayAfter("2026-12-31")).toBe(startOf("2027-01-01"));
  });
});

describe("rights", () => {
  test("nobody asks for more than they are, and guests never get some", () => {
    expect(ranksFor("post", "channelAdmin")).toEqual(["guest", "member", "channelAdmin"]);
    expect(ranksFor("manage", "owner")).toEqual(["member", "channelAdmin", "admin", "owner"]);
  });

  test("a channel where few post is for announcements", () => {
    expect([undefined, "guest", "member", "channelAdmin", "owner"].map((rank) => isForFew(rank as never))).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  test("taking back names all that was said", () => expect(nothing({ pin: "admin" })).toEqual({ pin: null }));
});

describe("the settings", () => {
  test("have a section for legal holds for owners alone", () => {
    expect(sectionsFor("owner")).toContain("holds");
    expect(sectionsFor("admin")).not.toContain("holds");
    expect(sectionsFor("admin")).toHaveLength(sectionsFor("owner").length - 1);
  });
});

describe("retention", () => {
  test.each([
    [30, 365, true],
    [30, 0, true],
    [365, 30, false],
    [0, 30, false],
    [0, 0, false],
  ])("%i days are fewer than %i: %s", (days, than, expected) => expect(isShorter(days, than)).toBe(expected));

  test("a report is right as it was signed, and wrong when a character differs", async () => {
    const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
    const publicKey = base64(await crypto.subtle.exportKey("raw", pair.publicKey));
    const lines = '{"messages":2}\n{"seqs":[1,2],"name":"Zoë"}\n';
    const signature = base64(await crypto.subtle.sign("Ed25519", pair.privateKey, new TextEncoder().encode(lines)));
    const last = `${JSON.stringify({ algorithm: "Ed25519", publicKey, signature })}\n`;
    expect(await verify(lines + last, publicKey)).toBe("right");
    expect(await verify(lines.replace("2]", "3]") + last, publicKey)).toBe("wrong");
    const other = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
    expect(await verify(lines + last, base64(await crypto.subtle.exportKey("raw", other.publicKey)))).toBe("wrong");
    expect(await verify(lines + last, "no key")).toBe("cannot");
  });
});

const base64 = (bytes: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
