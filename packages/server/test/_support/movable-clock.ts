// node --import …/movable-clock.ts …: the machine's clock as somebody sets it. Each SIGUSR2 moves it by SLUICE_TEST_CLOCK_STEP_MS. What
// counts time that passes (`performance`, timers) is not moved by that on a machine either.
const stepMs = Number(process.env['SLUICE_TEST_CLOCK_STEP_MS']);
const RealDate = Date;
let movedMs = 0;

class MovedDate extends RealDate {
  constructor(...given: [] | ConstructorParameters<DateConstructor>) {
    super(...((given.length === 0 ? [MovedDate.now()] : given) as ConstructorParameters<DateConstructor>));
  }

  static override now(): number {
    return RealDate.now() + movedMs;
  }
}

globalThis.Date = MovedDate as DateConstructor;
process.on('SIGUSR2', () => (movedMs += stepMs));

export {};
