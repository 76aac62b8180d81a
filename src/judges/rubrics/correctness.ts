import type { Rubric } from '../rubric.js';

export const correctness: Rubric = {
  id: 'correctness',
  version: 1,
  summary: 'whether the answer is right, by the reference where there is one',
  instructions: [
    'Judge whether the answer gives what the question asks for, and gives it correctly.',
    'Where a reference is given, take it as right: an answer that contradicts it is wrong, one that says the same in other words or another format is right.',
    'Where no reference is given, work the question out yourself before you look at the answer.',
    'Length, style, politeness and confidence do not count. Extra material counts only where it is false or makes it unclear which answer is meant.',
    'An answer that refuses, dodges or only restates the question is incorrect.',
  ],
  scale: [
    {
      verdict: 'correct',
      score: 1,
      meaning: 'all that was asked for is there and nothing of substance is wrong',
    },
    {
      verdict: 'partially_correct',
      score: 0.5,
      meaning: 'an essential part is right, but another is missing or wrong',
    },
    {
      verdict: 'incorrect',
      score: 0,
      meaning: 'the essential part is wrong, missing or unclear',
    },
  ],
};
