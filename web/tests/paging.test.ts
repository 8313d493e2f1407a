import { InfiniteQueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";

import { pagesQuery } from "../src/live/paging";
import { queries } from "../src/live/queries";

test("a list that is opened again soon has what came meanwhile", async () => {
  let reports = ["first"];
  const query = pagesQuery(
    ["reports"],
    () => Promise.resolve({ reports, hasMore: false }),
    (page) => page.reports,
    (last) => last,
  );
  const observer = new InfiniteQueryObserver(queries, query);
  const shown = () => observer.getCurrentResult().data?.pages.flatMap((page) => page.reports);
  let close = observer.subscribe(() => undefined);
  await expect.poll(shown).toEqual(["first"]);
  close();
  reports = ["second", "first"];
  close = observer.subscribe(() => undefined);
  await expect.poll(shown).toEqual(["second", "first"]);
  close();
});
