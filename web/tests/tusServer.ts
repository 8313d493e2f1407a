/** A server of resumable uploads in memory, reached by an XMLHttpRequest of our own: it can be away, or die in between. */

interface Held {
  readonly length: number;
  readonly metadata: Record<string, string>;
  bytes: Uint8Array;
}

export class TusServer {
  readonly uploads = new Map<string, Held>();
  readonly asked: string[] = [];
  readonly tokens = new Set<string>();
  isAway = false;
  /** What is asked is done, and nobody told. */
  losesAnswers = false;
  /** The next chunk breaks off after so many bytes. */
  breaksAfter: number | null = null;
  /** Answered instead of what was asked for, one after the other. */
  readonly answers: { readonly status: number; readonly type?: string }[] = [];
  private number = 0;
  private readonly begun = new Map<string, string>();
  private held: (() => void)[] | null = null;

  /** Requests wait until the returned function is called. */
  hold() {
    const waiting: (() => void)[] = (this.held = []);
    const letGo = () => {
      this.held = null;
      waiting.forEach((go) => go());
    };
    return Object.assign(letGo, { waiting: () => waiting.length });
  }

  async take(request: FakeXhr): Promise<void> {
    if (this.held) await new Promise<void>((go) => this.held?.push(go));
    this.asked.push(request.method);
    this.tokens.add(request.headers.authorization ?? "");
    const body = request.body ? new Uint8Array(await request.body.arrayBuffer()) : new Uint8Array();
    if (this.isAway) return request.broken();
    const refusal = this.answers.shift();
    if (refusal) return request.answer(refusal.status, {}, JSON.stringify({ type: refusal.type ?? "unknown", detail: "" }));
    if (request.method === "POST") return this.begin(request);
    const upload = this.uploads.get(request.url);
    if (!upload) return request.answer(404, {}, '{"type":"not_found"}');
    if (request.method === "DELETE") return this.end(request);
    if (request.method === "PATCH") return this.append(request, upload, body);
    request.answer(200, { ...this.offsetOf(upload), "upload-length": String(upload.length), "nexus-file-id": "f1" });
  }

  get whole(): Uint8Array[] {
    return [...this.uploads.values()].filter(({ bytes, length }) => bytes.length === length).map(({ bytes }) => bytes);
  }

  private begin(request: FakeXhr): void {
    const key = request.headers["idempotency-key"] ?? "";
    const url = this.begun.get(key) ?? `/api/files/tus/${++this.number}`;
    if (this.uploads.has(url)) return this.answerBegun(request, url);
    this.begun.set(key, url);
    const pairs = (request.headers["upload-metadata"] ?? "").split(",").map((pair) => pair.split(" "));
    const metadata = Object.fromEntries(pairs.map(([key, value]) => [key, Buffer.from(value ?? "", "base64").toString()]));
    this.uploads.set(url, { length: Number(request.headers["upload-length"]), metadata, bytes: new Uint8Array() });
    this.answerBegun(request, url);
  }

  private answerBegun(request: FakeXhr, url: string): void {
    if (this.losesAnswers) return request.broken();
    request.answer(201, { location: url, "upload-offset": "0", "nexus-file-id": "f1" });
  }

  private append(request: FakeXhr, upload: Held, body: Uint8Array): void {
    if (Number(request.headers["upload-offset"]) !== upload.bytes.length)
      return request.answer(409, {}, '{"type":"wrong_offset"}');
    const taken = this.breaksAfter === null ? body : body.slice(0, this.breaksAfter);
    upload.bytes = Buffer.concat([upload.bytes, taken]);
    request.upload.onprogress?.({ lengthComputable: true, loaded: taken.length });
    if (this.breaksAfter === null) return request.answer(204, this.offsetOf(upload));
    this.breaksAfter = null;
    request.broken();
  }

  private end(request: FakeXhr): void {
    const upload = this.uploads.get(request.url);
    if (upload?.bytes.length === upload?.length) return request.answer(409, {}, '{"type":"upload_finished"}');
    this.uploads.delete(request.url);
    request.answer(204, {});
  }

  private offsetOf = ({ bytes }: Held) => ({ "upload-offset": String(bytes.length) });
}

export class FakeXhr {
  static server = new TusServer();
  readonly upload: { onprogress?: (event: { lengthComputable: boolean; loaded: number }) => void } = {};
  readonly headers: Record<string, string> = {};
  method = "";
  url = "";
  status = 0;
  responseText = "";
  body: Blob | null = null;
  onload?: () => void;
  onerror?: (error: unknown) => void;
  private answered: Record<string, string> = {};
  private isAborted = false;

  open(method: string, url: string): void {
    Object.assign(this, { method, url });
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name.toLowerCase()] = value;
  }
  getResponseHeader = (name: string) => this.answered[name.toLowerCase()] ?? null;
  send(body: Blob | null): void {
    this.body = body;
    void FakeXhr.server.take(this);
  }
  abort(): void {
    this.isAborted = true;
  }
  answer(status: number, headers: Record<string, string>, text = ""): void {
    if (this.isAborted) return;
    Object.assign(this, { status, answered: headers, responseText: text });
    this.onload?.();
  }
  broken(): void {
    if (!this.isAborted) this.onerror?.(new Error("network"));
  }
}
