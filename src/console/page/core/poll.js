// What keeps a page live: one loop per thing that is watched. A loop rests while the page is hidden, slows down when nothing changes or
// calls fail, and ends with its page.

const FASTEST = 1000, SLOWEST = 15000;

export class Live {
  constructor() {
    this.ended = false;
    this.wakes = new Set();
    this.cleanups = [];
    this.seen = () => { if (!document.hidden) this.wake(); };
    document.addEventListener('visibilitychange', this.seen);
  }

  /** Runs `step` now and again every `every` ms, until the page is left. `step` answers false when it need not run again; what it throws
   *  goes to `failed`, and the loop goes on more slowly. */
  async loop(step, {every = 3000, failed = () => {}} = {}) {
    let wait = every;
    while (!this.ended) {
      if (!document.hidden) {
        try {
          const more = await step();
          if (this.ended || more === false) return;
          wait = Math.max(FASTEST, typeof more === 'number' ? more : every);
        } catch (error) {
          if (this.ended) return;
          failed(error);
          wait = Math.min(SLOWEST, wait * 2);
          if (error.status === 501) return;
        }
      }
      await this.rest(document.hidden ? SLOWEST : wait);
    }
  }

  rest(ms) {
    return new Promise((done) => {
      const wake = () => { clearTimeout(timer); this.wakes.delete(wake); done(); };
      const timer = setTimeout(wake, ms);
      this.wakes.add(wake);
    });
  }

  /** Has all loops look at once: after something was done. */
  wake() { for (const one of [...this.wakes]) one(); }

  onEnd(cleanup) { this.cleanups.push(cleanup); }

  end() {
    this.ended = true;
    document.removeEventListener('visibilitychange', this.seen);
    this.wake();
    for (const one of this.cleanups) one();
  }
}
