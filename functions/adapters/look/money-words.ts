// Four digits: 0.0125 a GPU-hour must not be told as 0.01.
const prices = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });
const amounts = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** A price, exact to a hundredth of a cent: `$1.99`, `$0.0125`. @param usd for whatever is priced */
export const price = (usd: number): string => prices.format(usd);

/** A sum of money, to the cent: `$4.66`. What is not nothing is never told as nothing. @param usd at least 0 */
export const amount = (usd: number): string => (usd > 0 && usd < 0.005 ? 'less than $0.01' : amounts.format(usd));
