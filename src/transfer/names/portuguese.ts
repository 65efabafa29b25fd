/** Portuguese names; towns and firms of Portugal. */
import type { Culture } from './culture.ts'

export const portuguese: Culture = {
  language: 'pt',
  country: 'PT',
  dial: '351',
  male: `João, Pedro, Tiago, Gonçalo, Nuno, Rui, Luís, André, Fábio, Sérgio, Vítor, António, José, Simão, Estêvão,
    Mário, Flávio, Caetano, Duarte, Afonso, Bernardo, Henrique, Joaquim, Manuel, Vasco, Zacarias, Thiago Luiz,
    João Paulo, Otávio, Inácio`,
  female: `Maria, Beatriz, Inês, Mariana, Leonor, Catarina, Joana, Conceição, Glória, Lúcia, Sílvia, Mónica,
    Patrícia, Teresa, Matilde, Constança, Benedita, Luísa, Júlia, Letícia, Graça, Fátima, Rosário, Ana Cláudia,
    Tânia, Vânia, Raquel, Madalena, Íris, Assunção`,
  family: `Silva, Santos, Ferreira, Pereira, Oliveira, Costa, Rodrigues, Martins, Sousa, Fernandes, Gonçalves,
    Gomes, Lopes, Marques, Almeida, Alves, Ribeiro, Pinto, Carvalho, Teixeira, Moreira, Correia, Mendes, Nunes,
    Soares, Vieira, Monteiro, Cardoso, Rocha, Neves, Coelho, Cruz, Simões, Antunes, Magalhães, Guimarães, Brandão,
    Falcão, Assunção, Conceição, da Cunha, de Araújo, dos Reis, das Dores, do Ó, Sá-Carneiro, Queirós, Galvão`,
  doubleFamily: true,
  nicknames: 'José=Zé, Joaquim=Quim, António=Tó, Maria=Mimi, Beatriz=Bia, Bernardo=Bê, Leonor=Nonô',
  honorifics: 'Dr./Dra., Eng./Eng.ª, Prof./Prof.ª',
  cities: `Lisboa|Lisboa|21|1###-###, Porto|Porto|22|4###-###, Braga|Braga|253|47##-###,
    Coimbra|Coimbra|239|30##-###, Évora|Évora|266|70##-###, Setúbal|Setúbal|265|29##-###,
    Guimarães|Braga|253|48##-###, Faro|Faro|289|80##-###`,
  streets: `Rua Augusta, Avenida da Liberdade, Rua de São Bento, Praça do Comércio, Largo da Sé, Rua Direita,
    Travessa do Carmo, Rua das Flores, Alameda dos Oceanos, Rua do Ouro, Calçada da Estrela, Rua João de Deus`,
  mobile: '91',
  trades: 'Seguros, Cortiça, Têxteis, Energia, Construções, Conservas, Navegação, Cerâmica',
  legalForms: 'S.A., Lda.',
}
