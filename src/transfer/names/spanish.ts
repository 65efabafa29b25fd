/** Spanish names: two family names each, the father's and the mother's. */
import type { Culture } from './culture.ts'

export const spanish: Culture = {
  language: 'es',
  country: 'ES',
  dial: '34',
  male: `José, Antonio, Manuel, Francisco, Juan, Javier, Jesús, Ángel, Sergio, Álvaro, Andrés, Joaquín, Íñigo,
    Iñaki, Ramón, Rubén, Adrián, Iván, Óscar, Raúl, Tomás, Hernán, Gonzalo, Rodrigo, Diego, Pablo, José Luis,
    Juan Carlos, Miguel Ángel, Fermín, Anselmo, Mateo`,
  female: `María, Carmen, Lucía, Sofía, Paula, Begoña, Ángela, Inés, Belén, Mónica, Verónica, Rocío, Concepción,
    Pilar, Dolores, Nuria, Alba, Itziar, Ainhoa, Ximena, Guadalupe, Esperanza, María José, Ana Belén, Julieta,
    Graciela, Yolanda, Soledad, Amparo, Nieves, Leticia, Macarena`,
  family: `García, Rodríguez, González, Fernández, López, Martínez, Sánchez, Pérez, Gómez, Martín, Jiménez, Ruiz,
    Hernández, Díaz, Moreno, Muñoz, Álvarez, Romero, Alonso, Gutiérrez, Navarro, Torres, Domínguez, Vázquez, Ramos,
    Gil, Ramírez, Serrano, Blanco, Molina, Suárez, Castro, Ortega, Rubio, Núñez, Iglesias, Peña, Ibáñez, Ordóñez,
    de la Fuente, de la Cruz, del Río, de León, Goicoechea, Etxeberria, Yáñez, Zúñiga, Benítez`,
  doubleFamily: true,
  nicknames: `José=Pepe, Francisco=Paco, Manuel=Manolo, Jesús=Chus, María=Mari, Dolores=Lola, Concepción=Concha,
    Guadalupe=Lupe, Joaquín=Chimo, Juan Carlos=Juanca, Soledad=Sole, Rodrigo=Rodri, Gonzalo=Gonza`,
  honorifics: 'Dr./Dra., Prof./Prof.ª, D./D.ª',
  cities: `Madrid|Madrid|91|280##, Barcelona|Barcelona|93|080##, Sevilla|Sevilla|95|410##, Málaga|Málaga|952|290##,
    A Coruña|A Coruña|981|150##, San Sebastián|Gipuzkoa|943|200##, Cádiz|Cádiz|956|110##, León|León|987|240##`,
  streets: `Calle Mayor, Gran Vía, Calle de Alcalá, Avenida de la Constitución, Plaza de España, Calle Peñón,
    Paseo del Prado, Ronda de San Antón, Calle Cervantes, Camino Viejo, Calle Río Miño, Avenida de América`,
  mobile: '6',
  trades: 'Seguros, Logística, Energía, Alimentación, Construcción, Editorial, Telecomunicaciones, Diseño',
  legalForms: 'S.A., S.L., S. Coop.',
}
