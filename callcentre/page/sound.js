// The bell: rings while an alarm waits for somebody. Browsers keep it silent until the first click; the page says so.

let context = null;

export const soundWorks = () => context !== null && context.state === "running";

export async function enableSound() {
  context ??= new AudioContext();
  await context.resume();
}

// Two tones that differ in rhythm as well as in height: fire is three quick high ones, others two slow lower ones.
export function ring(priority) {
  if (!soundWorks()) return;
  const [height, count, gap] = priority === "fire" ? [1175, 3, 0.18] : [784, 2, 0.4];
  for (let place = 0; place < count; place += 1) beep(height, context.currentTime + place * gap, gap * 0.7);
}

function beep(height, start, length) {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.type = "triangle";
  tone.frequency.value = height;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.5, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + length);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + length + 0.05);
}
