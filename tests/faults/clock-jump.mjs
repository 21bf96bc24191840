// Preloaded into a worker: at each SIGUSR2 its clock jumps by the next of CLOCK_JUMPS (ms, with commas between) and goes on from there.
const RealDate = Date;
const jumps = process.env['CLOCK_JUMPS'].split(',').map(Number);
let jumpedMs = 0;

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + jumpedMs);
    else super(...given);
  }
  static now() {
    return RealDate.now() + jumpedMs;
  }
};
process.on('SIGUSR2', () => {
  jumpedMs += jumps.shift();
  console.error(JSON.stringify({ msg: 'the clock has jumped', by: jumpedMs }));
});
