namespace Domain;
