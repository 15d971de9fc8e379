package rules;
public class Rules { public static void main(String[] args) { System.out.println("paper covers rock"); } }
