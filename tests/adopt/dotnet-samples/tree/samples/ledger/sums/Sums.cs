public static class Sums { public static int Total(int a, int b) => a + b; }
