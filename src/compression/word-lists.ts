const list = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** What turns a sentence round or bounds it: English, German, French, Spanish, Italian. */
export const NEGATIONS = list(`
  not no non none nor neither never nobody nothing nowhere without except excluding unless only
  cannot cant dont hardly barely scarcely
  nicht kein keine keinen keinem keiner keines nie niemals nichts niemand nirgends ohne außer nur weder
  ne pas jamais rien aucun aucune sans sauf ni nul nulle seulement personne
  nunca nada ninguno ninguna ningún sin excepto salvo solo sólo tampoco
  mai niente nessuno nessuna senza tranne solamente
`);

/** Words that belong to a number before them. */
export const UNITS = list(`
  percent kg g mg t m cm mm km in inch inches ft feet yd mi mile miles l ml s ms min h hr hrs
  second seconds minute minutes hour hours day days week weeks month months year years
  am pm thousand million billion trillion dozen
  usd eur gbp chf jpy dollar dollars euro euros cents pound pounds yen
  mb gb kb tb bytes hz khz mhz ghz kw ma kj pa kpa mol
  tokens degrees celsius fahrenheit
  january february march april may june july august september october november december
  jan feb mar apr jun jul aug sep sept oct nov dec
  januar februar märz mai juni juli oktober dezember prozent tage stunden jahre
  janvier février mars avril juin juillet août septembre octobre novembre décembre
  enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
`);

/** Words that belong to a number after them. */
export const BEFORE_NUMBERS = list(`
  usd eur gbp chf jpy no nr version page chapter section figure table equation step line
  january february march april may june july august september october november december
  jan feb mar apr jun jul aug sep sept oct nov dec
`);

/** No word of these lists is longer. */
export const LONGEST_LISTED = 12;
