/** Colours of the weather in each jar: top and bottom of its sky. */
const skies = {
  mist: ['#cfe0dc', '#f3efe2'],
  snow: ['#8fa9c9', '#e8eff6'],
  thunder: ['#2f3352', '#8a6f8e'],
  fog: ['#8b9aa3', '#d5d8d2'],
  sunshower: ['#7fc4dd', '#fbe6a8'],
  aurora: ['#101a3c', '#20506b'],
  breeze: ['#a8dbe4', '#dff0cf'],
  rainbow: ['#9ecbe8', '#f2f0e2'],
  dusk: ['#5b4a86', '#f4a27a'],
  frost: ['#b9d8e8', '#f4fafc'],
  stars: ['#0c1233', '#34427c'],
  heat: ['#f7b455', '#fbe3a1'],
};

const scenes = {
  mist: () =>
    [90, 130, 165, 200, 232].map((y, i) => band(y, ['#ffffff', '#e9f0ea'][i % 2], 0.75)).join('') +
    hills('#8fae9f'),
  snow: (dice) => hills('#ffffff') + dots(dice, 46, '#ffffff', [1.6, 4.4]),
  thunder: (dice) =>
    `${cloud(120, 118, 1.25, '#1f2340')}<path d="M126 138 104 184h18l-12 40 40-56h-20l14-30z" fill="#ffe27a"/>${rain(dice, 12, '#b9b4d6')}`,
  fog: () =>
    `<g fill="#5d6a72" opacity=".55"><path d="M92 226V150l16-16 16 16v76z"/><path d="M140 230v-50h28v50z"/></g>` +
    [120, 150, 182, 212, 240].map((y) => band(y, '#eef0ec', 0.7)).join(''),
  sunshower: (dice) => `${sun(152, 122, 26)}${cloud(100, 140, 1, '#ffffff')}${rain(dice, 14, '#4f9fc4')}`,
  aurora: (dice) =>
    `${dots(dice, 22, '#dfe9ff', [0.8, 1.8])}<g fill="none" stroke-linecap="round" opacity=".85"><path d="M58 190c20-60 34-10 56-62s40-8 66-40" stroke="#69f0b4" stroke-width="15"/><path d="M60 214c24-54 40-6 62-52s34-10 58-34" stroke="#8a7bf0" stroke-width="9" opacity=".8"/><path d="M58 168c18-44 36-16 50-50" stroke="#baf7dc" stroke-width="5"/></g>${hills('#0a1029')}`,
  breeze: () =>
    `<g fill="none" stroke="#ffffff" stroke-width="6" stroke-linecap="round"><path d="M58 128h74a14 14 0 1 0-14-14"/><path d="M64 152h92a16 16 0 1 1-16 16"/><path d="M58 178h52a13 13 0 1 1-13 13"/></g>${leaf(150, 118, 24)}${leaf(92, 208, -30)}${leaf(168, 214, 60)}${hills('#a9cf86')}`,
  rainbow: () =>
    `${['#e0705c', '#f0a955', '#f3d96b', '#7cc38b', '#5d9fd3', '#8674bd'].map((c, i) => `<circle cx="120" cy="236" r="${86 - i * 9}" fill="none" stroke="${c}" stroke-width="9"/>`).join('')}${cloud(76, 226, 0.8, '#ffffff')}${cloud(168, 226, 0.8, '#ffffff')}${hills('#a9cf86')}`,
  dusk: () =>
    `${sun(120, 206, 34, '#ffd9a0')}<g fill="none" stroke="#2c2350" stroke-width="3.4" stroke-linecap="round"><path d="M82 124q9-10 14 0q5-10 14 0"/><path d="M132 106q8-9 12 0q4-9 12 0"/><path d="M128 148q6-7 10 0q4-7 10 0"/></g>${hills('#463873')}`,
  frost: () =>
    [
      [78, 236, -12],
      [112, 244, 8],
      [150, 240, -4],
      [178, 232, 16],
    ]
      .map(([x, y, turn]) => fern(x, y, turn))
      .join(''),
  stars: (dice) =>
    `${dots(dice, 60, '#ffffff', [0.7, 2.3])}<path d="M76 190 164 120" stroke="#fff" stroke-width="2" opacity=".55" stroke-linecap="round"/><circle cx="164" cy="120" r="4" fill="#fff"/>${hills('#0a0f2a')}`,
  heat: () =>
    `${sun(120, 142, 36, '#fff0bf')}<g fill="none" stroke="#e2823a" stroke-width="5" stroke-linecap="round" opacity=".75">${[80, 108, 136, 164].map((x) => `<path d="M${x} 242q-9-11 0-21t0-21"/>`).join('')}</g>`,
};

const JAR = 'M88 62h64v14c0 8 40 14 40 44v116c0 22-14 32-34 32H82c-20 0-34-10-34-32V120c0-30 40-36 40-44z';

/** A jar of that kind of weather as an SVG document, labelled with its number. Always the same for the same input. */
export function drawJar(kind, number) {
  const [top, bottom] = skies[kind];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 300" role="img">
<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient>
<clipPath id="j"><path d="${JAR}"/></clipPath></defs>
<ellipse cx="120" cy="272" rx="84" ry="9" fill="#5a3d22" opacity=".22"/>
<path d="M92 26h56l-4 40H96z" fill="#c59a6b"/><path d="M92 26h56l-1 10H93z" fill="#d9b58a"/>
<g clip-path="url(#j)"><rect width="240" height="300" fill="url(#s)"/>${scenes[kind](diceOf(number))}</g>
<path d="${JAR}" fill="#fff" fill-opacity=".08" stroke="#31405f" stroke-opacity=".55" stroke-width="4"/>
<path d="M62 128c2-16 10-22 20-27" stroke="#fff" stroke-width="7" stroke-linecap="round" fill="none" opacity=".75"/><path d="M60 150v34" stroke="#fff" stroke-width="7" stroke-linecap="round" opacity=".5"/>
<path d="M84 64h72v10H84z" fill="#8c5a34"/>
<g transform="rotate(5 168 96)"><path d="M150 68 166 92" stroke="#8c5a34" stroke-width="2"/><path d="M158 88h36v24h-36l-7-12z" fill="#fbf6e9" stroke="#8c5a34" stroke-width="1.5"/><text x="176" y="105" font-family="Georgia,serif" font-size="13" text-anchor="middle" fill="#5a3d22">№ ${number}</text></g>
</svg>`;
}

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
function diceOf(seed) {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function dots(dice, count, colour, [least, most]) {
  const circle = () =>
    `<circle cx="${round(52 + dice() * 136)}" cy="${round(84 + dice() * 160)}" r="${round(least + dice() * (most - least))}"/>`;
  return `<g fill="${colour}">${Array.from({ length: count }, circle).join('')}</g>`;
}

function rain(dice, count, colour) {
  const drop = () => `M${round(58 + dice() * 124)} ${round(172 + dice() * 70)}l-5 15`;
  return `<path d="${Array.from({ length: count }, drop).join('')}" stroke="${colour}" stroke-width="3.4" stroke-linecap="round"/>`;
}

function cloud(x, y, scale, colour) {
  return `<g transform="translate(${x} ${y}) scale(${scale})" fill="${colour}"><circle cx="-24" cy="4" r="17"/><circle cy="-8" r="24"/><circle cx="26" cy="3" r="18"/><rect x="-40" y="2" width="84" height="20" rx="10"/></g>`;
}

function sun(x, y, radius, colour = '#ffd65c') {
  return `<circle cx="${x}" cy="${y}" r="${radius * 1.5}" fill="${colour}" opacity=".3"/><circle cx="${x}" cy="${y}" r="${radius}" fill="${colour}"/>`;
}

function hills(colour) {
  return `<path d="M40 246q36-30 74-8t86-10v50H40z" fill="${colour}"/>`;
}

function band(y, colour, opacity) {
  return `<path d="M40 ${y}q40-16 80 0t80 0v16q-40 16-80 0t-80 0z" fill="${colour}" opacity="${opacity}"/>`;
}

function leaf(x, y, turn) {
  return `<path transform="translate(${x} ${y}) rotate(${turn})" d="M-11 0q11-13 22 0q-11 13-22 0z" fill="#6ea457"/>`;
}

function fern(x, y, turn) {
  const fronds = [0, 1, 2, 3, 4, 5, 6].map((i) => {
    const up = -18 - i * 17;
    const reach = 22 - i * 2.4;
    return `M0 ${up}l${-reach} -${reach}M0 ${up}l${reach} -${reach}`;
  });
  return `<path transform="translate(${x} ${y}) rotate(${turn})" d="M0 0v-150${fronds.join('')}" fill="none" stroke="#ffffff" stroke-width="3.4" stroke-linecap="round"/>`;
}

function round(value) {
  return Math.round(value * 10) / 10;
}
