/** A place in a `LinkedList`. A removed place belongs to no list. */
export interface Place<T> {
  readonly value: T;
  previous: Place<T> | undefined;
  next: Place<T> | undefined;
  list: LinkedList<T> | undefined;
}

/** A doubly linked list: every insertion beside a known place and every removal costs the same. */
export class LinkedList<T> {
  first: Place<T> | undefined;
  last: Place<T> | undefined;
  size = 0;

  append(value: T): Place<T> {
    return this.insertAfter(this.last, value);
  }

  /** Inserts behind `place`; undefined inserts at the front. */
  insertAfter(place: Place<T> | undefined, value: T): Place<T> {
    const next = place === undefined ? this.first : place.next;
    const added: Place<T> = { value, previous: place, next, list: this };
    if (place === undefined) this.first = added;
    else place.next = added;
    if (next === undefined) this.last = added;
    else next.previous = added;
    this.size++;
    return added;
  }

  /** Takes a place out; does nothing when it is not in this list (any more). */
  remove(place: Place<T>): void {
    if (place.list !== this) return;
    if (place.previous === undefined) this.first = place.next;
    else place.previous.next = place.next;
    if (place.next === undefined) this.last = place.previous;
    else place.next.previous = place.previous;
    place.list = undefined;
    this.size--;
  }
}
