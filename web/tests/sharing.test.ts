import { expect, test } from "vitest";

import { size } from "../src/shared/words";

test("sizes are read by people", () => {
  expect([0, 1, 999, 1_000, 1_500_000, 2_147_483_647, 5e12].map(size)).toEqual([
    "0 bytes",
    "1 byte",
    "999 bytes",
    "1 kB",
    "1.5 MB",
    "2.1 GB",
    "5,000 GB",
  ]);
});
