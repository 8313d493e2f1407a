import { expect, test } from "vitest";

import { type Named, decoded, encoded, namesOf } from "../src/mentioning/names";
import { inPlace, suggested } from "../src/mentioning/suggesting";

const id = (number: number) => `0199a1c5-346a-7f86-81a9-00000000000${number}`;
const person = (number: number, name: string): Named => ({
  ...{ kind: "person", name, code: `<@${id(number)}>`, id: id(number) },
});
const CREW: Named = { kind: "group", name: "crew", code: `<!group:${id(8)}>`, id: id(8) };
const PLANS: Named = { kind: "channel", name: "plans", code: `<#${id(9)}>`, id: id(9) };
const NAMES = namesOf([
  ...[person(1, "Bo"), person(2, "Bo Holm"), person(3, "Ada Lind"), person(4, "Ada Lind"), person(5, "김민")],
  ...[CREW, PLANS],
]);

test("names become ids, the longest that is written", () => {
  expect(encoded("@Bo Holm, @bo and @crew: see #plans @here", NAMES)).toBe(
    `<@${id(2)}>, <@${id(1)}> and <!group:${id(8)}>: see <#${id(9)}> <!here>`,
  );
  expect(encoded("(@김민)", NAMES)).toBe(`(<@${id(5)}>)`);
});

test("what is no name stays as it is", () => {
  for (const words of ["a@Bo", "@Boat", "@nobody", "##plans", "https://x.example/@Bo", "\\@Bo", "@", "&#plans"])
    expect(encoded(words, NAMES)).toBe(words);
});

test("a name that two have stands for neither", () => {
  expect(encoded("@Ada Lind", NAMES)).toBe("@Ada Lind");
});

test("in code nothing is changed", () => {
  const words = "`@Bo` and ```\n@Bo\n``` and @Bo";
  expect(encoded(words, NAMES)).toBe(words.replace(/@Bo$/, `<@${id(1)}>`));
});

test("for editing ids are names again, and back what they were", () => {
  const sent = `<@${id(2)}> <@${id(3)}> <@${id(7)}> <!channel> \`<@${id(1)}>\``;
  const shown = decoded(sent, NAMES);
  expect(shown).toBe(`@Bo Holm <@${id(3)}> <@${id(7)}> @channel \`<@${id(1)}>\``);
  expect(encoded(shown, NAMES)).toBe(sent);
});

const offered = (content: string, caret = content.length) => {
  const { from, options } = suggested(content, caret, NAMES, [{ id: "e", name: "ship_it", createdBy: "", url: "" }]);
  return [from, ...options.map(({ insert }) => insert)];
};

test("a word that was begun is completed by names that begin so", () => {
  expect(offered("Ask @ho")).toEqual([4, "@Bo Holm"]);
  expect(offered("@cr")).toEqual([0, "@crew"]);
  expect(offered("in #p")).toEqual([3, "#plans"]);
  expect(offered("@ada")).toEqual([0, `<@${id(3)}>`, `<@${id(4)}>`]);
});

test("names are found by what their people are really called", () => {
  const names = [..."Siobhán O'Connor|عمر خيّام|👩‍💻 Dev Ops|İlker Işık|Anna Maria van Dyke|सीता राम".split("|")];
  const known = namesOf(names.map((name, index) => person(index, name)));
  const insertsFor = (begun: string) => suggested(begun, begun.length, known, []).options.map(({ insert }) => insert);
  for (const begun of ["@Siobhán O'C", "@siobhan", "(@O'Con"]) expect(insertsFor(begun)).toEqual(["@Siobhán O'Connor"]);
  for (const begun of ["@خي", "@عمر"]) expect(insertsFor(begun)).toEqual(["@عمر خيّام"]);
  for (const begun of ["@👩", "@dev"]) expect(insertsFor(begun)).toEqual(["@👩‍💻 Dev Ops"]);
  for (const begun of ["@ilk", "@İlker I"]) expect(insertsFor(begun)).toEqual(["@İlker Işık"]);
  expect(insertsFor("@anna maria van d")).toEqual(["@Anna Maria van Dyke"]);
  expect(insertsFor("@सीता रा")).toEqual(["@सीता राम"]);
  expect(insertsFor("@dev is who I mean")).toEqual([]);
  for (const name of names) expect(encoded(`hi @${name} here`, known)).toMatch(/^hi <@[^>]+> here$/);
});

test("a command is offered at the beginning of a message, until it is written", () => {
  const commands = ["me", "poll", "remind"].map((name) => ({
    ...{ name, usage: '"Question"', description: `what ${name} does`, isBuiltIn: true },
  }));
  const given = (content: string) => suggested(content, content.length, NAMES, [], commands).options;
  expect(given("/").map(({ insert }) => insert)).toEqual(["/me", "/poll", "/remind"]);
  expect(given("/po")).toMatchObject([{ insert: "/poll", label: "/poll", usage: '"Question"', about: "what poll does" }]);
  for (const other of ["/poll", "/poll ", "see /po", "/home/po"]) expect(given(other)).toEqual([]);
});

test("an emoji is offered by its name from two letters on", () => {
  expect(offered(":s")).toEqual([2]);
  expect(offered(":shi")[1]).toBe(":ship_it:");
  expect(offered(":rock")[1]).toBe("🚀");
});

test("an emoji is offered behind a name, too", () => {
  expect(offered("@Bo Holm :ship")).toEqual([9, ":ship_it:", "🚀"]);
  expect(offered("Look @Bo Holm, a :ship_")).toEqual([17, ":ship_it:"]);
  expect(offered("@Bo Holm :zzz").slice(1)).toEqual([]);
});

test("nothing is offered within a word, for what is whole, or elsewhere than at the caret", () => {
  for (const words of ["a@bo", "10:30", "@crew", "@Bo Holm", "@Bo "]) expect(offered(words).slice(1)).toEqual([]);
  expect(offered("@cr and more", 3)).toEqual([0, "@crew"]);
});

test("what is offered stays in its place when more is learned", () => {
  const before = suggested("@b", 2, namesOf([person(2, "Bo Holm")]), []).options;
  const now = suggested("@b", 2, namesOf([person(1, "Bea"), person(2, "Bo Holm")]), []).options;
  expect(now.map(({ label }) => label)).toEqual(["@Bea", "@Bo Holm"]);
  expect(inPlace(before, now).map(({ label }) => label)).toEqual(["@Bo Holm", "@Bea"]);
  expect(inPlace(now, before).map(({ label }) => label)).toEqual(["@Bo Holm"]);
});
