/** Notices that nothing was heard for a while. */
export class Silence {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private brokenAt = 0;

  constructor(
    private readonly longestMs: number,
    private readonly onLasting: () => void,
  ) {
    this.broken();
  }

  broken(): void {
    this.brokenAt = Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(this.onLasting, this.longestMs);
  }

  hasLasted(ms: number): boolean {
    return Date.now() - this.brokenAt >= ms;
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
