import fc from 'fast-check';

const prose = fc.constantFrom(
  'The order of the  items is   that of the list.',
  'Is it  larger than the other one? Please tell me.',
  'It does not   work without the key, and never did.',
  'The US is the  best of the rest',
  "It's the   dogs' bowl, isn't it?",
  'Das ist   nicht der Hund, und der Mann ist die Katze.',
);
const special = fc.constantFrom(
  ...['```js\nconst a  =  1;\n\n\n\n  is the\n```', '~~~\nthe   a\n~~~', '`the   code`'],
  ...['"the   quoted  is"', '“the   a”', "'the  one'", '„das   ist“'],
  ...['$5.30', '10 kg', '5 May 2024', 'v1.2.3', '10:30', '-7', '3,000', '50 %', 'USD 20'],
  ...['https://a.b/the?is=1', 'a.b@c.de', '/the/is/a', 'C:\\the\\a', 'the_name', 'f(x)=a'],
  ...['{"the":   [1, 2,  {"is": "a  b"}]}', '[1,   2]', '{{ the   name }}', `\${the  x}`],
  '<the a="is   b">',
  '\n\n| the | is |\n| --- | --- |\n| a   | b  |\n\n',
  '\n\n    the indented   is\n\n\n\n    is the   second\n\n',
);
const joint = fc.constantFrom(' ', '  ', '\n', '\n\n', '\n\n\n\n', '. ', ', ');

/** Texts of sentences, with what must stay between them. */
export const mixed = fc
  .array(fc.tuple(fc.oneof(prose, special), joint), { maxLength: 12 })
  .map((pieces) => pieces.flat().join(''));

/** Of what tells apart where a character, a word, a sentence, a line ends. */
export const anyText = fc.oneof(
  mixed,
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom('word', ' ', '. ', '\n', '\n\n', '中文', '。', '😀', '👩‍👩‍👧', 'é', '?! '),
      {
        maxLength: 120,
      },
    )
    .map((pieces) => pieces.join('')),
);
