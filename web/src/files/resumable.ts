/** A file on its way by the tus protocol: goes on where it ended after a broken connection, a pause or a reload. */
import { type StoredFile, fileOf } from "../api/files";
import { Problem } from "../api/problem";
import { newIdentifier } from "../identifier";
import { current } from "../session/session";
import { text } from "../text";
import { claim } from "./claims";
import { UNWATCHED, endAtServer, remove, takeUp } from "./interrupted";
import { type Kept, type Target, fingerprintOf, forget, keep } from "./kept";
import type { Passage, Report } from "./passage";
import { persist } from "./persist";
import { carryOn, isGone } from "./tus";

/** Beginnings anew of one whose traces are gone from the server. */
const MOST_BEGINNINGS = 3;

const UNHEARD = { onAsked: () => undefined, onArrived: () => undefined, onProgress: () => undefined };

export class Resumable implements Passage {
  readonly canPause = true;
  private kept: Kept | null = null;
  private release: () => void = () => undefined;
  private beginnings = 0;
  /** Of the beginning under way, which the server may have heard of. */
  private key = newIdentifier();
  private hasAsked = false;
  private running: Promise<StoredFile | null> = Promise.resolve(null);

  constructor(
    private readonly file: File,
    private readonly target: Target,
    private readonly place: string,
    private readonly name: string,
  ) {}

  run(report: Report): Promise<StoredFile> {
    const before = this.running.catch(() => undefined);
    const run = before.then(() => this.toTheEnd(report));
    this.running = run;
    return run;
  }

  async cancel(): Promise<void> {
    const stored = await this.running.catch(() => null);
    if (stored) return remove(this.target, stored);
    if (!this.kept && this.hasAsked) await persist(() => this.find(), UNWATCHED).catch(() => undefined);
    if (this.kept) await endAtServer(this.kept);
    this.release();
  }

  private async toTheEnd(report: Report): Promise<StoredFile> {
    if (!this.kept) await this.takeUp();
    await persist((moved) => this.turn(report, moved), report);
    const stored = await persist(() => fileOf(this.kept?.fileId ?? ""), report);
    forget(this.kept?.url ?? "");
    this.release();
    this.kept = null;
    return stored;
  }

  private async takeUp(): Promise<void> {
    const found = await takeUp(this.file, this.target);
    if (!found) return;
    this.kept = found.kept;
    this.release = found.release;
  }

  private async turn(report: Report, moved: () => void): Promise<void> {
    const { signal, onProgress } = report;
    let furthest = this.kept?.arrived ?? 0;
    try {
      await carryOn({
        ...{ file: this.file, metadata: this.metadata(), url: this.kept?.url ?? null, key: this.key, signal },
        onAsked: () => (this.hasAsked = true),
        onBegun: (url, fileId) => this.begun(url, fileId),
        onArrived: (arrived) => {
          if (arrived > furthest) moved();
          furthest = Math.max(furthest, arrived);
          this.note({ arrived });
        },
        onProgress: (bytes) => onProgress(bytes, this.file.size, bytes > (this.kept?.arrived ?? 0)),
      });
    } catch (error) {
      signal.throwIfAborted();
      if (this.isGoneAt(error)) return this.turn(report, moved);
      await this.requireReadable();
      throw error;
    }
  }

  /** Where it is, if its beginning was not answered. */
  private async find(): Promise<void> {
    const ending = new AbortController();
    const onBegun = (url: string, fileId: string) => {
      this.begun(url, fileId);
      ending.abort();
    };
    const turn = { file: this.file, metadata: this.metadata(), url: null, key: this.key, signal: ending.signal };
    await carryOn({ ...turn, ...UNHEARD, onBegun }).catch((error: unknown) => {
      if (!this.kept) throw error;
    });
  }

  private begun(url: string, fileId: string): void {
    if (this.kept) return;
    const userId = current()?.user.id ?? "";
    this.kept = {
      ...{ url, fileId, userId, target: this.target, place: this.place, file: fingerprintOf(this.file) },
      ...{ arrived: 0, touchedAt: Date.now(), isUnwanted: false },
    };
    // Nothing is left here by somebody who has just signed out.
    if (userId) keep(this.kept);
    void claim(url).then((release) => {
      if (release) this.release = release;
    });
  }

  private note(change: Partial<Kept>): void {
    if (!this.kept) return;
    this.kept = { ...this.kept, ...change, touchedAt: Date.now() };
    keep(this.kept);
  }

  /** What rested too long is given up by the service: it begins anew. */
  private isGoneAt(error: unknown): boolean {
    if (!this.kept || !(error instanceof Problem) || !isGone(error.status)) return false;
    forget(this.kept.url);
    this.release();
    this.kept = null;
    this.key = newIdentifier();
    this.beginnings += 1;
    return this.beginnings < MOST_BEGINNINGS;
  }

  /** Browsers say of a file that was changed or moved since it was chosen what they say of a network that is gone. */
  private async requireReadable(): Promise<void> {
    try {
      await this.file.slice(0, 1).arrayBuffer();
    } catch {
      throw new Problem(400, "unreadable", text.files.unreadable(this.name));
    }
  }

  private metadata(): Record<string, string> {
    const { target, name } = this;
    const to = "fileId" in target ? { fileId: target.fileId } : { entityType: "draft", entityId: target.channelId };
    return { filename: name, filetype: this.file.type || "application/octet-stream", ...to };
  }
}
