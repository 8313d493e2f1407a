/** How a file goes to the server: small ones as a form, others so that they go on wherever they are interrupted. */
import type { StoredFile } from "../api/files";
import { text } from "../text";
import { UNWATCHED, remove } from "./interrupted";
import type { Target } from "./kept";
import { type Trying, mayPass, persist } from "./persist";
import { Resumable } from "./resumable";
import { send } from "./sending";

/** A part of the service's store: up to it a resumable upload would lose as much as a form when something dies, and
 * takes three round trips instead of one. */
export const SMALL = 6 * 1024 * 1024;

export interface Report extends Trying {
  /** Of what is sent some may be lost with its connection; then less is told. `isMoving` if more is at its way now. */
  readonly onProgress: (sent: number, whole: number, isMoving: boolean) => void;
}

export interface Passage {
  readonly canPause: boolean;
  /** Until the file is stored; ended by the signal, it can be run again and goes on. */
  readonly run: (report: Report) => Promise<StoredFile>;
  /** Once its signal has ended it: nothing of it is left at the server. */
  readonly cancel: () => Promise<void>;
}

export function passageOf(id: string, file: File, target: Target, place: string): Passage {
  const name = file.name || `${text.files.pasted}.png`;
  return file.size > SMALL ? new Resumable(file, target, place, name) : new Small(id, file, target, name);
}

const UNHEARD: Report = { ...UNWATCHED, onProgress: () => undefined };

/** Sent again as a whole, under the same key: what arrived already is then known. */
class Small implements Passage {
  readonly canPause = false;
  private answer: Promise<StoredFile | null> = Promise.resolve(null);
  /** All bytes went there and no answer came back, so that it may be stored. */
  private isUnsure = false;

  constructor(
    private readonly id: string,
    private readonly file: File,
    private readonly target: Target,
    private readonly name: string,
  ) {}

  run(report: Report): Promise<StoredFile> {
    return persist(() => this.attempt(report), report);
  }

  /** A form that breaks off leaves nothing; one whose answer was lost is sent once more, to learn what it became. */
  async cancel(): Promise<void> {
    let stored = await this.answer.catch(() => null);
    if (this.isUnsure) stored = await persist(() => this.attempt(UNHEARD), UNHEARD).catch(() => null);
    if (stored) await remove(this.target, stored);
  }

  private attempt(report: Report): Promise<StoredFile> {
    const answer = this.send(report);
    this.answer = answer;
    answer.then(
      () => (this.isUnsure = false),
      (error: unknown) => (this.isUnsure &&= mayPass(error)),
    );
    return answer;
  }

  private send({ signal, onProgress }: Report): Promise<StoredFile> {
    const { target } = this;
    const ending = new AbortController();
    let isSent = false;
    // With all bytes at the server the file may be stored: its answer says what is to be removed.
    signal.addEventListener("abort", () => !isSent && ending.abort(), { once: true });
    return send({
      ...{ path: "fileId" in target ? `/files/${target.fileId}/versions` : "/files", form: this.form(), key: this.id },
      signal: ending.signal,
      onProgress: (percent) => {
        isSent = percent === 100;
        this.isUnsure ||= isSent && "channelId" in target;
        onProgress(percent, 100, true);
      },
    });
  }

  private form(): FormData {
    const form = new FormData();
    if ("channelId" in this.target) {
      form.append("entityType", "draft");
      form.append("entityId", this.target.channelId);
    }
    form.append("file", this.file, this.name);
    return form;
  }
}
