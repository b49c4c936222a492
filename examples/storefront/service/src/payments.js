import { randomInt } from 'node:crypto';

/** The payment provider's test cards: this one is always declined. */
const DECLINED = '4000000000000002';

export class PaymentDeclined extends Error {}

/** Answers an order number. Throws PaymentDeclined. */
export async function charge({ card, cents }) {
  const digits = card.replaceAll(/\D/g, '');
  if (digits === DECLINED) throw new PaymentDeclined(`the card was declined for ${cents} cents`);
  return `N-${randomInt(100_000, 1_000_000)}`;
}

/** Luhn's check and a plausible length. */
export function looksLikeCard(card) {
  const digits = card.replaceAll(/[\s-]/g, '');
  if (!/^\d{12,19}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
