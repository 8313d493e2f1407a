/** Files that messages name: asked for many at once, and again when something is told of them. */
import { queryOptions, useQuery } from "@tanstack/react-query";

import { MOST_AT_ONCE, type StoredFile, addressOfFile, derivedOf, filesOf } from "../api/files";
import { keys, queries } from "../live/queries";

const TOGETHER_MS = 30;
/** Less than addresses last. */
const FRESH_MS = 45 * 60_000;

/** Should its end not have been told, all the same. */
const LOOK_EVERY_MS = 30_000;

type Waiting = { resolve: (file: StoredFile | null) => void; reject: (error: unknown) => void };
let waiting = new Map<string, Waiting[]>();

/** Undefined while it is asked for, null if one may not see it (yet). */
export function useFile(id: string): StoredFile | null | undefined {
  return useQuery(fileQuery(id)).data;
}

export const fileQuery = (id: string) =>
  queryOptions({
    queryKey: keys.file(id),
    queryFn: () => askFor(id),
    staleTime: FRESH_MS,
    refetchInterval: ({ state }) => (isUnfinished(state.data) ? LOOK_EVERY_MS : false),
  });

const isUnfinished = (file: StoredFile | null | undefined) => file?.status === "uploading" || file?.status === "scanning";

/** An address at which a form of the file is; undefined until it is known. */
export function useAddress(file: StoredFile, variant: string | undefined): string | undefined {
  return useQuery({
    queryKey: [...keys.file(file.id), "address", variant, file.version],
    queryFn: () => addressOfFile(file.id, variant ?? "", "inline"),
    enabled: variant !== undefined,
    staleTime: FRESH_MS,
    gcTime: FRESH_MS,
  }).data;
}

/** What was made of it, and what is being made. */
export const derivedQuery = (file: StoredFile) =>
  queryOptions({
    queryKey: [...keys.file(file.id), "derived", String(file.version)],
    queryFn: () => derivedOf(file.id),
  });

/** A step of the work on a file, as its uploader is told of it. */
export interface Step {
  step: string;
  percent: number;
}

const stepKey = (id: string) => [...keys.file(id), "step"];

export const noteStep = (id: string, step: Step) => void queries.setQueryData(stepKey(id), step);

/** Percent of this step; undefined while nothing is told of it. */
export function usePercent(id: string, step: string): number | undefined {
  const { data } = useQuery<Step | null>({ queryKey: stepKey(id), queryFn: () => null, enabled: false });
  return data?.step === step ? data.percent : undefined;
}

export const linksKey = (fileId: string) => [...keys.file(fileId), "links"];

function askFor(id: string): Promise<StoredFile | null> {
  if (waiting.size === 0) setTimeout(() => void askTogether(), TOGETHER_MS);
  return new Promise((resolve, reject) => waiting.set(id, [...(waiting.get(id) ?? []), { resolve, reject }]));
}

async function askTogether(): Promise<void> {
  const asked = [...waiting];
  waiting = new Map();
  for (let start = 0; start < asked.length; start += MOST_AT_ONCE) {
    const some = asked.slice(start, start + MOST_AT_ONCE);
    try {
      const found = new Map((await filesOf(some.map(([id]) => id))).map((file) => [file.id, file]));
      for (const [id, those] of some) for (const { resolve } of those) resolve(found.get(id) ?? null);
    } catch (error) {
      for (const [, those] of some) for (const { reject } of those) reject(error);
    }
  }
}
